package io.duotone.interop.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import io.duotone.Task;
import io.duotone.WouldBlockException;
import io.duotone.sync.RateLimiter;
import io.duotone.sync.SyncStatistics;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rate limits from Java, in real time; what they do exactly is tested where time stands still. */
final class RateLimiterTest {
    private static final Duotone DUOTONE = Duotone.start(DuotoneOptions.defaults());
    private static final Duration HOUR = Duration.ofHours(1);

    @AfterAll
    static void close() {
        DUOTONE.close();
    }

    @Test
    @DisplayName("C20 the burst goes at once, and no permit comes before its time")
    void rate() {
        Duration part = Duration.ofMillis(2);
        Duration begin = DUOTONE.time();
        RateLimiter limiter = DUOTONE.rateLimiter(1, part, 2);
        assertTrue(limiter.acquire(2).isDone());
        DUOTONE.block(scope -> {
            Task<@Nullable Void> first = limiter.acquire();
            Task<@Nullable Void> second = limiter.acquire(2);
            return first.thenCompose(any -> second);
        });
        Duration passed = DUOTONE.time().minus(begin);
        assertTrue(passed.compareTo(part.multipliedBy(3)) >= 0, passed::toString);
    }

    @Test
    @DisplayName("C20 a cancelled wait takes nothing, and a wait that would be too long fails at once")
    void waits() {
        RateLimiter limiter = DUOTONE.rateLimiter(1, HOUR);
        assertTrue(limiter.tryAcquire());
        assertFalse(limiter.tryAcquire());
        assertThrows(WouldBlockException.class, limiter::orThrow);
        Task<@Nullable Void> wait = limiter.acquire();
        Task<@Nullable Void> endless = limiter.acquire(Duration.ofHours(2));
        Task<@Nullable Void> tooLong = limiter.acquire(Duration.ofHours(2));
        assertTrue(tooLong.isDone());
        OneWorker.assertFailed(TimeoutException.class, tooLong);
        OneWorker.assertFailed(TimeoutException.class, limiter.acquire(Duration.ZERO));
        assertEquals(new SyncStatistics(0, 2), limiter.statistics());
        wait.cancel("enough");
        endless.cancel("enough");
        assertEquals("RateLimiter(1 per 1h, 0 of 1 permits there, 0 waiting)", limiter.toString());
    }

    @Test
    @DisplayName("C20 permits that come for a task that is cancelled at that moment are there for the next")
    void cancelledHandedOver() {
        try (Duotone one = Duotone.builder().threads(1).start()) {
            RateLimiter limiter = one.rateLimiter(1, Duration.ofMillis(1), 1);
            one.block(scope -> {
                for (int i = 0; i < 100; i++) {
                    Task<@Nullable Void> wait = limiter.acquire();
                    wait.cancel("enough");
                }
                return limiter.acquire().thenCompose(any -> limiter.acquire());
            });
            assertEquals(new SyncStatistics(0, 0), limiter.statistics());
        }
    }

    @Test
    @DisplayName("C1 C20 waits are cancelled when the runtime closes")
    void closed() {
        Duotone closing = Duotone.start(DuotoneOptions.defaults());
        RateLimiter limiter = closing.rateLimiter(1, HOUR);
        limiter.orThrow();
        Task<@Nullable Void> wait = limiter.acquire();
        closing.close();
        for (Task<@Nullable Void> task : List.of(wait, limiter.acquire())) {
            OneWorker.awaitUntil(task::isDone);
            assertEquals(
                    CancelReason.Kind.SHUTDOWN,
                    Objects.requireNonNull(task.cancelReason()).kind());
        }
    }

    @Test
    @DisplayName("C20 it tells its rate, and bad ones are refused")
    void rates() {
        RateLimiter limiter = DUOTONE.rateLimiter(3, HOUR);
        assertEquals(3, limiter.permits());
        assertEquals(HOUR, limiter.per());
        assertEquals(3, limiter.burst());
        assertEquals(3, limiter.available());
        assertThrows(IllegalArgumentException.class, () -> limiter.acquire(4));
        assertThrows(IllegalArgumentException.class, () -> limiter.acquire(0, HOUR));
        assertThrows(IllegalArgumentException.class, () -> limiter.orThrow(0));
        assertThrows(IllegalArgumentException.class, () -> DUOTONE.rateLimiter(0, HOUR));
        assertThrows(IllegalArgumentException.class, () -> DUOTONE.rateLimiter(1, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> DUOTONE.rateLimiter(1, HOUR, 0));
    }
}
