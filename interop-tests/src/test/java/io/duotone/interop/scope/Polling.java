package io.duotone.interop.scope;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Looks again and again for what no latch can tell. */
public final class Polling {
    private static final long PATIENCE_SECONDS = 30;

    private Polling() {}

    /** Waits until the condition holds, for half a minute at most. */
    public static void awaitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "not in time");
            Thread.onSpinWait();
        }
    }
}
