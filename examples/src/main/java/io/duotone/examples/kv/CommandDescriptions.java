package io.duotone.examples.kv;

import static io.duotone.examples.kv.Command.Flag.LOADING;
import static io.duotone.examples.kv.Command.Flag.STALE;

import io.duotone.examples.kv.Command.Flag;
import io.duotone.examples.kv.Command.Keys;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code COMMAND}: what clients ask to learn which commands there are and where their keys stand. */
final class CommandDescriptions {
    private final Supplier<List<Command>> all;

    CommandDescriptions(Supplier<List<Command>> all) {
        this.all = all;
    }

    List<Command> commands() {
        var anyTime = EnumSet.of(LOADING, STALE);
        CommandIndex subcommands = new CommandIndex(
                List.of(
                        Command.of(
                                "command|count",
                                2,
                                Keys.NONE,
                                "Count the commands",
                                anyTime,
                                (session, request) -> Reply.whole(all.get().size())),
                        Command.of(
                                "command|info",
                                -2,
                                Keys.NONE,
                                "Describe commands",
                                anyTime,
                                (session, request) -> named(request, CommandDescriptions::details, Reply.NIL)),
                        Command.of("command|list", -2, Keys.NONE, "List the names of commands", anyTime, this::list),
                        Command.of(
                                "command|docs",
                                -2,
                                Keys.NONE,
                                "Explain commands",
                                anyTime,
                                (session, request) -> named(request, CommandDescriptions::summary, null))),
                "command|".length());
        return List.of(new Command(
                "command",
                -1,
                anyTime,
                Keys.NONE,
                "Describe all commands",
                subcommands,
                (session, request) -> described(all.get(), CommandDescriptions::details)));
    }

    private Reply list(Session session, Request request) {
        if (request.size() > 2) {
            throw CommandFailure.syntax();
        }
        return described(all.get(), command -> List.of(Reply.bulk(command.name())));
    }

    private static Reply described(List<Command> commands, Function<Command, List<Reply>> description) {
        List<Reply> replies = new ArrayList<>();
        commands.forEach(command -> replies.addAll(description.apply(command)));
        return new Reply.Array(replies);
    }

    /** Describes the commands a request names, or all; a name that is unknown is described by {@code unknown}. */
    private Reply named(Request request, Function<Command, List<Reply>> description, @Nullable Reply unknown) {
        if (request.size() == 2) {
            return described(all.get(), description);
        }
        List<Reply> replies = new ArrayList<>();
        CommandIndex index = new CommandIndex(all.get(), 0);
        for (int i = 2; i < request.size(); i++) {
            Command command = index.find(request.get(i));
            if (command != null) {
                replies.addAll(description.apply(command));
            } else if (unknown != null) {
                replies.add(unknown);
            }
        }
        return new Reply.Array(replies);
    }

    private static List<Reply> details(Command command) {
        List<Reply> flags = new ArrayList<>();
        for (Flag flag : command.flags()) {
            if (flag != Flag.WHILE_SUBSCRIBED) {
                flags.add(Reply.status(flag.name().toLowerCase(Locale.ROOT)));
            }
        }
        Reply subcommands = command.subcommands() == null
                ? Reply.EMPTY_ARRAY
                : described(command.subcommands().commands(), CommandDescriptions::details);
        return List.of(Reply.array(
                Reply.bulk(command.name()),
                Reply.whole(command.arity()),
                new Reply.Array(flags),
                Reply.whole(command.keys().first()),
                Reply.whole(command.keys().last()),
                Reply.whole(command.keys().step()),
                Reply.EMPTY_ARRAY,
                Reply.EMPTY_ARRAY,
                Reply.EMPTY_ARRAY,
                subcommands));
    }

    private static List<Reply> summary(Command command) {
        return List.of(Reply.bulk(command.name()), Reply.array(Reply.bulk("summary"), Reply.bulk(command.summary())));
    }
}
