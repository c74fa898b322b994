package io.duotone.examples.kv;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One command of the table.
 *
 * @param name in lower case; of a subcommand, with its container before a bar: {@code config|get}
 * @param arity the number of arguments with the name: exactly this many or, negative, at least
 * @param flags what kind of command it is
 * @param keys which arguments are keys
 * @param summary what it does, in a line
 * @param subcommands the commands below a container, null for all others
 * @param handler what answers it
 */
record Command(
        String name,
        int arity,
        Set<Flag> flags,
        Keys keys,
        String summary,
        @Nullable CommandIndex subcommands,
        Handler handler) {

    /** What kind of command it is. */
    enum Flag {
        READONLY,
        WRITE,
        DENYOOM,
        ADMIN,
        PUBSUB,
        NOSCRIPT,
        LOADING,
        STALE,
        FAST,
        NO_AUTH,
        ALLOW_BUSY,
        /** Allowed on a connection that has subscriptions. Not among the flags that clients see. */
        WHILE_SUBSCRIBED
    }

    /**
     * Which arguments are keys.
     *
     * @param first index of the first key, 0 for none
     * @param last index of the last key, counted from the end when negative
     * @param step distance of the keys
     */
    record Keys(int first, int last, int step) {
        static final Keys NONE = new Keys(0, 0, 0);
        static final Keys ONE = new Keys(1, 1, 1);
        static final Keys ALL = new Keys(1, -1, 1);
        static final Keys PAIRS = new Keys(1, -1, 2);
    }

    /** Answers a request. Runs on the connection's coroutine, so it must not block. */
    @FunctionalInterface
    interface Handler {
        /** The answer, or {@link CommandFailure} for an error. */
        Reply run(Session session, Request request);
    }

    static Command of(String name, int arity, Keys keys, String summary, Set<Flag> flags, Handler handler) {
        return new Command(name, arity, flags, keys, summary, null, handler);
    }

    /** A command that is only a name for others; called without a subcommand it has the wrong number of arguments. */
    static Command container(String name, String summary, List<Command> subcommands) {
        CommandIndex index = new CommandIndex(subcommands, name.length() + 1);
        return new Command(name, -2, Set.of(), Keys.NONE, summary, index, (session, request) -> {
            throw new IllegalStateException("a container is never run itself");
        });
    }

    boolean accepts(int arguments) {
        return arity >= 0 ? arguments == arity : arguments >= -arity;
    }
}
