package io.duotone.examples.kv;

import io.duotone.Scope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All commands: finds the one a request names, checks what Redis checks before any command runs, and runs it.
 *
 * <p><b>Threads</b>: any; shared by all connections.
 */
public final class CommandTable {
    /** How much of a name or of all arguments an error shows, in bytes. */
    private static final int SHOWN_IN_ERRORS = 128;

    private final CommandIndex index;

    /**
     * The table of a server.
     *
     * @param store where the data is
     * @param pubSub where messages go
     * @param stats what {@code INFO} shows
     * @param config what {@code CONFIG GET} shows
     * @param scope where commands wait that take long
     */
    public CommandTable(Store store, PubSub pubSub, ServerStats stats, Map<String, String> config, Scope scope) {
        List<Command> commands = new ArrayList<>();
        commands.addAll(new StringCommands(store).commands());
        commands.addAll(new KeyCommands(store, scope).commands());
        commands.addAll(new ConnectionCommands().commands());
        commands.addAll(new PubSubCommands(pubSub, scope.runtime()).commands());
        commands.addAll(new ServerCommands(store, pubSub, stats, config, this::commands).commands());
        this.index = new CommandIndex(commands, 0);
    }

    /** All commands, without subcommands. */
    List<Command> commands() {
        return index.commands();
    }

    /** Answers a request that has at least one argument. Never blocks; never throws for what a client did. */
    public Reply execute(Session session, Request request) {
        Command command = index.find(request.get(0));
        if (command == null) {
            return new Reply.Failure(unknown(request));
        }
        if (command.subcommands() != null && request.size() > 1) {
            String container = command.name();
            command = command.subcommands().find(request.get(1));
            if (command == null) {
                return new Reply.Failure(unknownSubcommand(container, request.get(1)));
            }
        }
        if (!command.accepts(request.size())) {
            return CommandFailure.wrongArity(command.name()).reply();
        }
        if (session.subscriptions().count() > 0 && !command.flags().contains(Command.Flag.WHILE_SUBSCRIBED)) {
            return new Reply.Failure("ERR Can't execute '" + command.name()
                    + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context");
        }
        try {
            return command.handler().run(session, request);
        } catch (CommandFailure failure) {
            return failure.reply();
        }
    }

    private static String unknown(Request request) {
        StringBuilder arguments = new StringBuilder();
        for (int i = 1; i < request.size() && arguments.length() < SHOWN_IN_ERRORS; i++) {
            String shown = shown(request.get(i), SHOWN_IN_ERRORS - arguments.length());
            arguments.append('\'').append(shown).append("' ");
        }
        return "ERR unknown command '" + shown(request.get(0), SHOWN_IN_ERRORS) + "', with args beginning with: "
                + arguments;
    }

    private static String unknownSubcommand(String container, byte[] subcommand) {
        return "ERR unknown subcommand '" + shown(subcommand, SHOWN_IN_ERRORS) + "'. Try "
                + container.toUpperCase(Locale.ROOT) + " HELP.";
    }

    private static String shown(byte[] bytes, int most) {
        return new String(bytes, 0, Math.min(bytes.length, most), StandardCharsets.ISO_8859_1);
    }
}
