package io.duotone.examples.kv;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The text of {@code INFO}: sections of {@code name:value} lines. */
final class ServerReport {
    private static final List<String> EVERYTHING = List.of("all", "default", "everything");
    private static final int MILLIS_PER_SECOND = 1000;

    private final Map<String, Supplier<Map<String, Object>>> sections = new LinkedHashMap<>();
    private final Store store;
    private final PubSub pubSub;
    private final ServerStats stats;
    private final Map<String, String> config;

    ServerReport(Store store, PubSub pubSub, ServerStats stats, Map<String, String> config) {
        this.store = store;
        this.pubSub = pubSub;
        this.stats = stats;
        this.config = config;
        sections.put("Server", this::server);
        sections.put("Clients", this::clients);
        sections.put("Memory", this::memory);
        sections.put("Stats", this::stats);
        sections.put("Replication", () -> Map.of("role", "master"));
        sections.put("Keyspace", this::keyspace);
    }

    /** The sections of these names in any case, or all of them. */
    String sections(List<String> names) {
        boolean all =
                names.isEmpty() || names.stream().anyMatch(name -> EVERYTHING.contains(name.toLowerCase(Locale.ROOT)));
        StringBuilder text = new StringBuilder();
        sections.forEach((title, lines) -> {
            if (all || names.stream().anyMatch(title::equalsIgnoreCase)) {
                text.append(text.isEmpty() ? "" : "\r\n")
                        .append("# ")
                        .append(title)
                        .append("\r\n");
                lines.get()
                        .forEach((name, value) ->
                                text.append(name).append(':').append(value).append("\r\n"));
            }
        });
        return text.toString();
    }

    private Map<String, Object> server() {
        Map<String, Object> lines = new LinkedHashMap<>();
        lines.put("redis_version", ServerCommands.REDIS_VERSION);
        lines.put("redis_mode", "standalone");
        lines.put("server_name", "duotone-kv");
        lines.put("java_version", Runtime.version());
        lines.put("process_id", ProcessHandle.current().pid());
        lines.put("tcp_port", config.getOrDefault("port", "0"));
        lines.put("uptime_in_seconds", stats.uptimeMillis() / MILLIS_PER_SECOND);
        return lines;
    }

    private Map<String, Object> clients() {
        Map<String, Object> lines = new LinkedHashMap<>();
        lines.put("connected_clients", stats.connectedClients());
        lines.put("maxclients", config.getOrDefault("maxclients", "0"));
        return lines;
    }

    private Map<String, Object> memory() {
        Runtime machine = Runtime.getRuntime();
        Map<String, Object> lines = new LinkedHashMap<>();
        lines.put("used_memory", machine.totalMemory() - machine.freeMemory());
        lines.put("maxmemory", 0);
        return lines;
    }

    private Map<String, Object> stats() {
        Map<String, Object> lines = new LinkedHashMap<>();
        lines.put("total_connections_received", stats.totalConnections());
        lines.put("total_commands_processed", stats.totalCommands());
        lines.put("rejected_connections", stats.rejectedConnections());
        lines.put("expired_keys", store.expired());
        lines.put("pubsub_channels", pubSub.channelCount());
        lines.put("pubsub_patterns", pubSub.patternCount());
        return lines;
    }

    private Map<String, Object> keyspace() {
        Map<String, Object> lines = new LinkedHashMap<>();
        for (int i = 0; i < Store.DATABASES; i++) {
            Database database = store.database(i);
            int keys = database.size();
            if (keys > 0) {
                lines.put("db" + i, "keys=" + keys + ",expires=" + database.expiring() + ",avg_ttl=0");
            }
        }
        return lines;
    }
}
