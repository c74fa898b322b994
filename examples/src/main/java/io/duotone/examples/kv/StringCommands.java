package io.duotone.examples.kv;

import static io.duotone.examples.kv.Command.Flag.DENYOOM;
import static io.duotone.examples.kv.Command.Flag.FAST;
import static io.duotone.examples.kv.Command.Flag.READONLY;
import static io.duotone.examples.kv.Command.Flag.WRITE;

import io.duotone.examples.kv.Command.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands that read and write values. */
final class StringCommands {
    /** The longest value, as in Redis; a request is limited apart from this. */
    private static final int LONGEST_VALUE = 512 * 1024 * 1024;

    private final Store store;

    StringCommands(Store store) {
        this.store = store;
    }

    List<Command> commands() {
        var read = EnumSet.of(READONLY, FAST);
        var write = EnumSet.of(WRITE, DENYOOM, FAST);
        return List.of(
                Command.of("get", 2, Keys.ONE, "Get the value of a key", read, this::get),
                Command.of("set", -3, Keys.ONE, "Set the value of a key", EnumSet.of(WRITE, DENYOOM), this::set),
                Command.of(
                        "getdel",
                        2,
                        Keys.ONE,
                        "Get the value and delete the key",
                        EnumSet.of(WRITE, FAST),
                        this::getDel),
                Command.of("mget", -2, Keys.ALL, "Get the values of keys", read, this::mget),
                Command.of("mset", -3, Keys.PAIRS, "Set many keys at once", EnumSet.of(WRITE, DENYOOM), this::mset),
                Command.of("incr", 2, Keys.ONE, "Add one to a number", write, this::incr),
                Command.of("decr", 2, Keys.ONE, "Subtract one from a number", write, this::decr),
                Command.of("incrby", 3, Keys.ONE, "Add to a number", write, this::incrBy),
                Command.of("decrby", 3, Keys.ONE, "Subtract from a number", write, this::decrBy),
                Command.of("append", 3, Keys.ONE, "Append to a value", write, this::append),
                Command.of("strlen", 2, Keys.ONE, "Get the length of a value", read, this::strlen));
    }

    private Database database(Session session) {
        return store.database(session.database());
    }

    private Reply get(Session session, Request request) {
        return Reply.bulk(database(session).get(request.key(1)));
    }

    private Reply set(Session session, Request request) {
        if (request.size() == 3) {
            database(session).set(request.key(1), request.get(2));
            return Reply.OK;
        }
        SetOptions options = SetOptions.parse(request, store.clock());
        ByteKey key = request.key(1);
        byte[] value = request.get(2);
        return database(session).with(key, shard -> setWithOptions(shard, key, value, options));
    }

    private static Reply setWithOptions(Shard shard, ByteKey key, byte[] value, SetOptions options) {
        byte[] old = shard.value(key);
        boolean refused = old == null ? options.onlyIfPresent() : options.onlyIfAbsent();
        if (!refused) {
            Entry entry = shard.store(key, value);
            if (!options.keepDeadline()) {
                shard.schedule(entry, options.deadline());
            }
        }
        if (options.get()) {
            return Reply.bulk(old);
        }
        return refused ? Reply.NIL : Reply.OK;
    }

    private Reply getDel(Session session, Request request) {
        ByteKey key = request.key(1);
        return database(session).with(key, shard -> {
            Entry entry = shard.find(key);
            if (entry == null) {
                return Reply.NIL;
            }
            shard.remove(entry);
            return new Reply.Bulk(entry.value);
        });
    }

    private Reply mget(Session session, Request request) {
        List<byte @Nullable []> values = database(session).getAll(request.keysFrom(1));
        List<Reply> replies = new ArrayList<>(values.size());
        for (byte @Nullable [] value : values) {
            replies.add(Reply.bulk(value));
        }
        return new Reply.Array(replies);
    }

    private Reply mset(Session session, Request request) {
        if (request.size() % 2 == 0) {
            throw CommandFailure.wrongArity("mset");
        }
        int pairs = request.size() / 2;
        ByteKey[] keys = new ByteKey[pairs];
        byte[][] values = new byte[pairs][];
        for (int i = 0; i < pairs; i++) {
            keys[i] = request.key(1 + 2 * i);
            values[i] = request.get(2 + 2 * i);
        }
        database(session).setAll(keys, values);
        return Reply.OK;
    }

    private Reply incr(Session session, Request request) {
        return add(session, request.key(1), 1);
    }

    private Reply decr(Session session, Request request) {
        return add(session, request.key(1), -1);
    }

    private Reply incrBy(Session session, Request request) {
        return add(session, request.key(1), number(request.get(2)));
    }

    private Reply decrBy(Session session, Request request) {
        long decrement = number(request.get(2));
        if (decrement == Long.MIN_VALUE) {
            throw CommandFailure.of("ERR decrement would overflow");
        }
        return add(session, request.key(1), -decrement);
    }

    private Reply add(Session session, ByteKey key, long increment) {
        return database(session).with(key, shard -> {
            byte[] old = shard.value(key);
            long before = old == null ? 0 : number(old);
            long sum = before + increment;
            if (((before ^ sum) & (increment ^ sum)) < 0) {
                throw CommandFailure.of("ERR increment or decrement would overflow");
            }
            shard.store(key, Decimal.format(sum));
            return Reply.whole(sum);
        });
    }

    private Reply append(Session session, Request request) {
        ByteKey key = request.key(1);
        byte[] tail = request.get(2);
        return database(session).with(key, shard -> {
            byte[] old = shard.value(key);
            if (old == null) {
                shard.store(key, tail);
                return Reply.whole(tail.length);
            }
            if ((long) old.length + tail.length > LONGEST_VALUE) {
                throw CommandFailure.of("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
            }
            byte[] joined = Arrays.copyOf(old, old.length + tail.length);
            System.arraycopy(tail, 0, joined, old.length, tail.length);
            shard.store(key, joined);
            return Reply.whole(joined.length);
        });
    }

    private Reply strlen(Session session, Request request) {
        byte[] value = database(session).get(request.key(1));
        return Reply.whole(value == null ? 0 : value.length);
    }

    private static long number(byte[] bytes) {
        try {
            return Decimal.parse(bytes);
        } catch (NumberFormatException malformed) {
            throw CommandFailure.notAnInteger();
        }
    }
}
