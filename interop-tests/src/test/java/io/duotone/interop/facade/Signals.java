package io.duotone.interop.facade;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** How tests wait for what another thread does: never longer than {@link #PATIENCE_SECONDS}, and never by sleeping a fixed time. */
final class Signals {
    private static final long PATIENCE_SECONDS = 30;

    private Signals() {}

    static void awaitReached(CountDownLatch latch) {
        boolean reached;
        try {
            reached = latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting", e);
        }
        assertTrue(reached, "not reached in time");
    }

    /** Work that nothing but an interrupt ends. */
    static void blockUntilInterrupted() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    static void awaitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "not in time");
            Thread.onSpinWait();
        }
    }
}
