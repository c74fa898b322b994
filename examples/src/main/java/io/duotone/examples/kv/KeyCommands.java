package io.duotone.examples.kv;

import static io.duotone.examples.kv.Command.Flag.FAST;
import static io.duotone.examples.kv.Command.Flag.READONLY;
import static io.duotone.examples.kv.Command.Flag.WRITE;

import io.duotone.Scope;
import io.duotone.examples.kv.Command.Keys;
import java.util.EnumSet;
import java.util.List;

/** The commands on keys: deletion, lifetime, listing. */
final class KeyCommands {
    private static final long NO_KEY = -2;
    private static final long NO_DEADLINE = -1;
    private static final long MILLIS_PER_SECOND = 1000;

    private final Store store;
    private final Scope scope;

    /** Commands that take long wait in {@code scope}. */
    KeyCommands(Store store, Scope scope) {
        this.store = store;
        this.scope = scope;
    }

    List<Command> commands() {
        var read = EnumSet.of(READONLY, FAST);
        var write = EnumSet.of(WRITE, FAST);
        return List.of(
                Command.of("del", -2, Keys.ALL, "Delete keys", EnumSet.of(WRITE), this::del),
                Command.of("exists", -2, Keys.ALL, "Count the keys that exist", read, this::exists),
                Command.of(
                        "expire",
                        -3,
                        Keys.ONE,
                        "Set a lifetime in seconds",
                        write,
                        (session, request) -> expire(session, request, "expire", true)),
                Command.of(
                        "pexpire",
                        -3,
                        Keys.ONE,
                        "Set a lifetime in milliseconds",
                        write,
                        (session, request) -> expire(session, request, "pexpire", false)),
                Command.of("ttl", 2, Keys.ONE, "Get the lifetime left in seconds", read, this::ttl),
                Command.of("pttl", 2, Keys.ONE, "Get the lifetime left in milliseconds", read, this::pttl),
                Command.of("persist", 2, Keys.ONE, "Take a lifetime away", write, this::persist),
                Command.of(
                        "keys", 2, Keys.NONE, "List the keys that match a pattern", EnumSet.of(READONLY), this::keys),
                Command.of("dbsize", 1, Keys.NONE, "Count all keys of the database", read, this::dbSize),
                Command.of(
                        "flushdb", -1, Keys.NONE, "Delete all keys of the database", EnumSet.of(WRITE), this::flushDb),
                Command.of(
                        "flushall",
                        -1,
                        Keys.NONE,
                        "Delete all keys of all databases",
                        EnumSet.of(WRITE),
                        this::flushAll));
    }

    private Database database(Session session) {
        return store.database(session.database());
    }

    private Reply del(Session session, Request request) {
        return Reply.whole(database(session).delete(request.keysFrom(1)));
    }

    private Reply exists(Session session, Request request) {
        return Reply.whole(database(session).countExisting(request.keysFrom(1)));
    }

    private Reply expire(Session session, Request request, String command, boolean seconds) {
        ExpireCondition condition = ExpireCondition.parse(request);
        long millis = Deadlines.millis(request.get(2), seconds, command);
        long deadline = Deadlines.afterNow(millis, store.clock(), command);
        ByteKey key = request.key(1);
        return database(session).with(key, shard -> {
            Entry entry = shard.find(key);
            if (entry == null || !condition.allows(entry.deadline, deadline)) {
                return Reply.whole(0);
            }
            if (deadline <= store.clock().millis()) {
                shard.remove(entry);
            } else {
                shard.schedule(entry, deadline);
            }
            return Reply.whole(1);
        });
    }

    private Reply ttl(Session session, Request request) {
        long millis = millisLeft(session, request);
        return Reply.whole(millis < 0 ? millis : (millis + MILLIS_PER_SECOND / 2) / MILLIS_PER_SECOND);
    }

    private Reply pttl(Session session, Request request) {
        return Reply.whole(millisLeft(session, request));
    }

    private long millisLeft(Session session, Request request) {
        ByteKey key = request.key(1);
        return database(session).with(key, shard -> {
            Entry entry = shard.find(key);
            if (entry == null) {
                return NO_KEY;
            }
            return entry.deadline == Entry.NEVER
                    ? NO_DEADLINE
                    : Math.max(0, entry.deadline - store.clock().millis());
        });
    }

    private Reply persist(Session session, Request request) {
        ByteKey key = request.key(1);
        return database(session).with(key, shard -> {
            Entry entry = shard.find(key);
            if (entry == null || entry.deadline == Entry.NEVER) {
                return Reply.whole(0);
            }
            shard.schedule(entry, Entry.NEVER);
            return Reply.whole(1);
        });
    }

    private Reply keys(Session session, Request request) {
        return database(session).keys(scope, new Glob(request.get(1)));
    }

    private Reply dbSize(Session session, Request request) {
        return Reply.whole(database(session).size());
    }

    private Reply flushDb(Session session, Request request) {
        checkFlushOption(request);
        database(session).clear();
        return Reply.OK;
    }

    private Reply flushAll(Session session, Request request) {
        checkFlushOption(request);
        store.clear();
        return Reply.OK;
    }

    /** {@code SYNC} and {@code ASYNC} are the same here: the old maps are dropped at once and left to the collector. */
    private static void checkFlushOption(Request request) {
        boolean known =
                request.size() == 1 || (request.size() == 2 && (request.is(1, "async") || request.is(1, "sync")));
        if (!known) {
            throw CommandFailure.syntax();
        }
    }
}
