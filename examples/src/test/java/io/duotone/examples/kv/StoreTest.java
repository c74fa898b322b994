package io.duotone.examples.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.Task;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreTest {
    private final AtomicLong millis = new AtomicLong(1_000_000);
    private final InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
    private final Duotone runtime = Duotone.builder().threads(2).start();
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    private final CompletableFuture<Scope> scope = new CompletableFuture<>();
    private final List<Store> stores = new ArrayList<>();
    private @Nullable Task<@Nullable Void> main;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @BeforeEach
    void openScope() {
        main = runtime.spawn(opened -> {
            scope.complete(opened);
            return end;
        });
    }

    @AfterEach
    void closeScope() throws Exception {
        stores.forEach(Store::close);
        end.complete(null);
        if (main != null) {
            main.get(10, TimeUnit.SECONDS);
        }
        runtime.close();
    }

    private Store store(InstantSource time) throws Exception {
        Store store = new Store(scope.get(10, TimeUnit.SECONDS), time);
        stores.add(store);
        return store;
    }

    private static void expire(Database database, String key, long deadline) {
        database.with(ByteKey.of(key), shard -> {
            Entry entry = shard.find(ByteKey.of(key));
            assertNotNull(entry);
            shard.schedule(entry, deadline);
            return deadline;
        });
    }

    @Test
    void aKeyIsThereThroughItsLastMillisecondAndNotAfter() throws Exception {
        Database database = store(clock).database(0);
        database.set(ByteKey.of("a"), bytes("1"));
        expire(database, "a", 1_000_005);
        millis.set(1_000_005);
        assertArrayEquals(bytes("1"), database.get(ByteKey.of("a")));
        millis.set(1_000_006);
        assertNull(database.get(ByteKey.of("a")));
        assertEquals(0, database.size());
    }

    @Test
    void settingAgainTakesTheDeadlineAway() throws Exception {
        Database database = store(clock).database(0);
        database.set(ByteKey.of("a"), bytes("1"));
        expire(database, "a", 1_000_005);
        assertEquals(1, database.expiring());
        database.set(ByteKey.of("a"), bytes("2"));
        assertEquals(0, database.expiring());
        millis.set(2_000_000);
        assertArrayEquals(bytes("2"), database.get(ByteKey.of("a")));
    }

    @Test
    void theTimerRemovesWhatNobodyAsksFor() throws Exception {
        Store store = store(InstantSource.system());
        Database database = store.database(3);
        long now = System.currentTimeMillis();
        for (int i = 0; i < 3000; i++) {
            database.set(ByteKey.of("k" + i), bytes("v"));
            // Earlier and earlier: each would want the timer sooner than the one before.
            expire(database, "k" + i, now + 200 - i / 20);
        }
        database.set(ByteKey.of("stays"), bytes("v"));
        database.set(ByteKey.of("later"), bytes("v"));
        expire(database, "later", now + Duration.ofDays(1).toMillis());
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (database.size() > 2) {
            assertTrue(System.nanoTime() < patience, "still there: " + database.size());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        assertEquals(3000, store.expired());
        assertEquals(1, database.expiring());
    }

    @Test
    void manyKeysAreReadAndWrittenInOneStep() throws Exception {
        Database database = store(clock).database(0);
        ByteKey[] keys =
                IntStream.range(0, 20).mapToObj(i -> ByteKey.of("k" + i)).toArray(ByteKey[]::new);
        List<ByteKey> shuffled = new ArrayList<>(List.of(keys));
        Collections.shuffle(shuffled);
        ByteKey[] otherOrder = shuffled.toArray(ByteKey[]::new);
        database.setAll(keys, values(keys.length, 0));
        List<Task<Integer>> writers = IntStream.range(0, 4)
                .mapToObj(writer -> runtime.spawn(spawned(() -> {
                    for (int i = 0; i < 3000; i++) {
                        database.setAll(writer % 2 == 0 ? keys : otherOrder, values(keys.length, writer * 10_000 + i));
                    }
                    return 3000;
                })))
                .toList();
        while (!writers.stream().allMatch(Task::isDone)) {
            List<byte @Nullable []> seen = database.getAll(keys);
            assertEquals(1, seen.stream().map(StoreTest::text).distinct().count());
        }
        for (Task<Integer> writer : writers) {
            assertEquals(3000, writer.get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void noIncrementIsLost() throws Exception {
        Database database = store(clock).database(0);
        ByteKey key = ByteKey.of("n");
        List<Task<Integer>> adders = IntStream.range(0, 4)
                .mapToObj(adder -> runtime.spawn(spawned(() -> {
                    for (int i = 0; i < 5000; i++) {
                        database.with(key, shard -> {
                            byte[] old = shard.value(key);
                            shard.store(key, Decimal.format(old == null ? 1 : Decimal.parse(old) + 1));
                            return key;
                        });
                    }
                    return 5000;
                })))
                .toList();
        for (Task<Integer> adder : adders) {
            assertEquals(5000, adder.get(30, TimeUnit.SECONDS));
        }
        assertEquals("20000", text(database.get(key)));
    }

    @Test
    void deletingCountsEachKeyOnce() throws Exception {
        Database database = store(clock).database(0);
        database.set(ByteKey.of("a"), bytes("1"));
        ByteKey[] twice = {ByteKey.of("a"), ByteKey.of("a")};
        assertEquals(2, database.countExisting(twice));
        assertEquals(1, database.delete(twice));
        assertEquals(0, database.delete(twice));
    }

    private static Coroutine<Integer> spawned(Callable<Integer> work) {
        return scope -> CompletableFuture.completedFuture(work.call());
    }

    private static byte[][] values(int count, int value) {
        byte[][] values = new byte[count][];
        Arrays.fill(values, bytes(Integer.toString(value)));
        return values;
    }

    private static String text(byte @Nullable [] value) {
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }
}
