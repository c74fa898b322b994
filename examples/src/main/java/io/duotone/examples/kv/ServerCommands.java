package io.duotone.examples.kv;

import static io.duotone.examples.kv.Command.Flag.ADMIN;
import static io.duotone.examples.kv.Command.Flag.LOADING;
import static io.duotone.examples.kv.Command.Flag.NOSCRIPT;
import static io.duotone.examples.kv.Command.Flag.STALE;

import io.duotone.examples.kv.Command.Keys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The commands about the server: {@code INFO} and {@code CONFIG}. */
final class ServerCommands {
    /** The version of Redis whose replies these are; clients choose their commands by it. */
    static final String REDIS_VERSION = "7.0.15";

    private static final Pattern WILDCARDS = Pattern.compile("[\\[*?]");

    private final ServerReport report;
    private final Map<String, String> config;
    private final CommandDescriptions descriptions;

    ServerCommands(
            Store store,
            PubSub pubSub,
            ServerStats stats,
            Map<String, String> config,
            Supplier<List<Command>> allCommands) {
        this.report = new ServerReport(store, pubSub, stats, config);
        this.config = Map.copyOf(config);
        this.descriptions = new CommandDescriptions(allCommands);
    }

    List<Command> commands() {
        var anyTime = EnumSet.of(LOADING, STALE);
        var admin = EnumSet.of(ADMIN, NOSCRIPT, LOADING, STALE);
        List<Command> commands = new ArrayList<>(descriptions.commands());
        commands.add(Command.of("info", -1, Keys.NONE, "Report on the server", anyTime, this::info));
        commands.add(Command.container(
                "config",
                "Commands about the configuration",
                List.of(Command.of(
                        "config|get",
                        -3,
                        Keys.NONE,
                        "Get the parameters that match patterns",
                        admin,
                        this::configGet))));
        return commands;
    }

    private Reply info(Session session, Request request) {
        List<String> sections = new ArrayList<>();
        for (int i = 1; i < request.size(); i++) {
            sections.add(new String(request.get(i), StandardCharsets.ISO_8859_1));
        }
        return Reply.bulk(report.sections(sections));
    }

    private Reply configGet(Session session, Request request) {
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 2; i < request.size(); i++) {
            String asked = new String(request.get(i), StandardCharsets.ISO_8859_1);
            String lower = asked.toLowerCase(Locale.ROOT);
            if (WILDCARDS.matcher(asked).find()) {
                Glob pattern = Glob.of(lower);
                config.forEach((name, value) -> {
                    if (pattern.matches(name.getBytes(StandardCharsets.ISO_8859_1))) {
                        found.put(name, value);
                    }
                });
            } else if (config.containsKey(lower)) {
                // A full name comes back as it was written.
                found.put(asked, config.getOrDefault(lower, ""));
            }
        }
        List<Reply> replies = new ArrayList<>();
        found.forEach((name, value) -> {
            replies.add(Reply.bulk(name));
            replies.add(Reply.bulk(value));
        });
        return new Reply.Array(replies);
    }
}
