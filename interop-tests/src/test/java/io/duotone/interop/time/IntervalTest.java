package io.duotone.interop.time;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.ConcurrentOperationException;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Interval;
import io.duotone.MissedTicks;
import io.duotone.Task;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Intervals from Java, in real time; what they do exactly is tested where time stands still. */
final class IntervalTest {
    private static final Duotone DUOTONE = Duotone.start(DuotoneOptions.defaults());
    private static final Duration PERIOD = Duration.ofMillis(3);
    private static final Duration HOUR = Duration.ofHours(1);

    @AfterAll
    static void close() {
        DUOTONE.close();
    }

    @Test
    @DisplayName("T31 the first tick comes at once, and each other not before its time, in both tones")
    void ticks() {
        DUOTONE.block(async(scope -> {
            Duration begin = DUOTONE.time();
            Interval interval = scope.interval(PERIOD);
            assertEquals(PERIOD, interval.period());
            for (int i = 0; i < 4; i++) {
                await(interval.tick());
                assertNotBefore(begin.plus(PERIOD.multipliedBy(i)));
            }
            return "done";
        }));
        DUOTONE.block(scope -> {
            Duration begin = DUOTONE.time();
            Interval interval = scope.interval(PERIOD);
            Task<Long> first = interval.tick();
            assertTrue(first.isDone());
            return first.thenCompose(tick -> interval.tick())
                    .thenCompose(tick -> interval.tick())
                    .thenAccept(tick -> assertNotBefore(begin.plus(PERIOD.multipliedBy(2))));
        });
    }

    @Test
    @DisplayName("T31 the first tick comes at the time that was asked for")
    void at() {
        Duration at = DUOTONE.time().plus(PERIOD);
        Interval interval = DUOTONE.interval(HOUR, at, MissedTicks.DELAY);
        DUOTONE.block(scope -> interval.tick().thenAccept(tick -> assertNotBefore(at)));
    }

    @Test
    @DisplayName("T31 C24 a late tick fires at once and tells how many were missed; BURST alone gives those too")
    void late() {
        for (MissedTicks missed : MissedTicks.values()) {
            // Ten periods late, and a while: the next but one is an hour away, if it is not owed.
            Duration at = DUOTONE.time().minus(HOUR.multipliedBy(10));
            Interval interval = DUOTONE.interval(HOUR, at, missed);
            assertEquals(10, interval.tick().join(), missed::name);
            Task<Long> second = interval.tick();
            assertEquals(missed == MissedTicks.BURST, second.isDone(), missed::name);
            if (missed == MissedTicks.BURST) {
                assertEquals(9, second.join());
                for (int i = 8; i >= 0; i--) {
                    assertEquals(i, interval.tick().join());
                }
                assertFalse(interval.tick().isDone());
            }
        }
    }

    @Test
    @DisplayName("T31 a period that is not positive is refused, with advice")
    void period() {
        for (Duration period : new Duration[] {Duration.ZERO, Duration.ofNanos(-1)}) {
            String message = assertThrows(IllegalArgumentException.class, () -> DUOTONE.interval(period))
                    .getMessage();
            assertTrue(message.contains("must be more than zero"), message);
        }
    }

    @Test
    @DisplayName("T31 a cancelled tick is not lost: the next waits for the same deadline")
    void cancelled() {
        Interval interval = DUOTONE.interval(HOUR, DUOTONE.time().plus(PERIOD), MissedTicks.DELAY);
        Task<Long> cancelled = interval.tick();
        cancelled.cancel("enough");
        assertEquals(0, DUOTONE.<Long>block(scope -> interval.tick()));
        assertFalse(interval.tick().isDone());
    }

    @Test
    @DisplayName("T31 cancelling what waits for a tick takes the wait back")
    void cancelledChain() {
        Interval interval = DUOTONE.interval(HOUR, HOUR, MissedTicks.DELAY);
        Task<String> chain = interval.tick().thenApply(tick -> "ticked");
        chain.cancel("enough");
        assertFalse(interval.tick().isCompletedExceptionally());
    }

    @Test
    @DisplayName("C27 T31 a second tick at the same time is refused, and the first goes on")
    void concurrent() {
        Interval interval = DUOTONE.interval(HOUR, HOUR, MissedTicks.DELAY);
        Task<Long> first = interval.tick();
        CompletionException refused =
                assertThrows(CompletionException.class, () -> interval.tick().join());
        assertInstanceOf(ConcurrentOperationException.class, refused.getCause());
        assertFalse(first.isDone());
        interval.reset();
        assertEquals(0, first.join());
    }

    @Test
    @DisplayName("T31 reset begins anew, and moves a tick that is waited for")
    void reset() {
        Interval interval = DUOTONE.interval(HOUR);
        interval.tick().join();
        Duration at = DUOTONE.time().plus(PERIOD);
        Task<Long> second = interval.tick();
        assertFalse(second.isDone());
        interval.reset(at);
        DUOTONE.block(scope -> second.thenAccept(tick -> assertNotBefore(at)));
        interval.reset();
        assertTrue(interval.tick().isDone());
    }

    private static void assertNotBefore(Duration earliest) {
        Duration now = DUOTONE.time();
        assertTrue(now.compareTo(earliest) >= 0, () -> now + " is before " + earliest);
    }
}
