package io.duotone.interop.guides;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.LimitedScope;
import io.duotone.Task;
import io.duotone.channel.Channel;
import io.duotone.channel.Select;
import io.duotone.sync.Event;
import io.duotone.sync.Lock;
import io.duotone.sync.RateLimiter;
import io.duotone.sync.Semaphore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the guide to synchronisation and channels shows in Java. */
final class ChannelSnippetsTest {
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    private Task<Boolean> handle(String order) {
        return Task.completed(log.add(order));
    }

    private static Task<String> transfer(int amount) {
        return Task.completed("moved " + amount);
    }

    @Test
    @DisplayName("T32 C20 a lock in both tones")
    void locks() {
        Lock lock = Lock.create();
        Coroutine<String> stages = scope -> {
            // snippet lock-stages
            return lock.with(() -> transfer(100));
            // end
        };
        Coroutine<String> direct = async(scope -> {
            // snippet lock-await
            try (var held = await(lock.acquire())) {
                return await(transfer(100)) + (held.isHeld() ? ", under the lock" : "");
            }
            // end
        });
        assertEquals("moved 100", Duotone.run(stages));
        assertEquals("moved 100, under the lock", Duotone.run(direct));
        assertFalse(lock.isHeld());
    }

    @Test
    @DisplayName("T9 T35 C19 C20 events, semaphores, limits")
    void limits() {
        Duotone.run(async(scope -> {
            // snippet event
            Event ready = Event.create();
            Task<Boolean> serving = scope.spawn(s -> ready.await().thenApply(any -> log.add("serving")));
            ready.set();
            // end
            await(serving);

            // snippet semaphore
            Semaphore memory = Semaphore.create(512); // megabytes
            try (var mine = await(memory.acquire(100))) {
                log.add(memory + ", held: " + mine.isHeld());
            }
            // end

            // snippet rate
            RateLimiter calls = scope.runtime().rateLimiter(1000, ofMillis(1));
            for (int i = 0; i < 3; i++) {
                await(calls.acquire());
                log.add("call " + i);
            }
            // end

            // snippet limited
            LimitedScope downloads = scope.limited(2);
            AtomicInteger done = new AtomicInteger();
            for (int i = 0; i < 5; i++) {
                await(downloads.spawn(s -> s.yieldNow().thenApply(any -> done.incrementAndGet())));
            }
            // end
            assertTrue(downloads.running() <= 2);
            return null;
        }));
        assertEquals("serving", log.get(0));
        assertEquals("Semaphore(412 of 512 permits free, 0 waiting), held: true", log.get(1));
        assertEquals(List.of("call 0", "call 1", "call 2"), log.subList(2, 5));
    }

    @Test
    @DisplayName("T37 T38 S41 C22 messages from one coroutine to another")
    void channels() {
        Duotone.run(scope -> {
            // snippet channel
            Channel<String> orders = Channel.bounded(16);
            scope.spawn(s -> orders.forEach(this::handle)); // up to the end of the channel
            return orders.send("tea").thenCompose(sent -> orders.send("cake")).thenRun(orders::close);
            // end
        });
        assertEquals(List.of("tea", "cake"), log);
    }

    @Test
    @DisplayName("C22 a cancelled send says whether its message was delivered")
    void cancelledSend() {
        Duotone.run(scope -> {
            Channel<String> orders = Channel.rendezvous();
            // snippet cancelled-send
            Task<Void> sending = orders.send("tea");
            boolean withdrawn = sending.cancel("closing time"); // false: somebody has it
            // end
            assertTrue(withdrawn);
            Task<String> receiving = orders.receive();
            Task<Void> taken = orders.send("cake");
            return receiving.thenAccept(order -> {
                assertEquals("cake", order);
                assertFalse(taken.isCancelled());
            });
        });
    }

    @Test
    @DisplayName("C22 the first of several things")
    void select() {
        String next = Duotone.run(scope -> {
            Channel<String> orders = Channel.bounded(1);
            Channel<Integer> cancellations = Channel.bounded(1);
            assertTrue(cancellations.trySend(7));
            // snippet select
            return Select.<String>of()
                    .onReceive(orders, order -> "order " + order)
                    .onReceive(cancellations, id -> "cancelled " + id)
                    .onTimeout(ofHours(1), () -> "nothing")
                    .begin();
            // end
        });
        assertEquals("cancelled 7", next);
    }

    @Test
    @DisplayName("T14 the loop of the stage tone")
    void repeat() {
        Duotone.run(scope -> {
            Channel<String> orders = Channel.unbounded();
            for (String order : List.of("tea", "cake", "")) {
                assertTrue(orders.trySend(order));
            }
            // snippet repeat
            return scope.repeat(s -> orders.receive().thenApply(order -> !order.isEmpty() && log.add(order)));
            // end
        });
        assertEquals(List.of("tea", "cake"), log);
    }
}
