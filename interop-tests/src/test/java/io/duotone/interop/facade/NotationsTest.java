package io.duotone.interop.facade;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Both;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One program in the two notations of Java; the third is in Kotlin. */
class NotationsTest {
    private static final Duration NAP = Duration.ofMillis(50);

    private static Coroutine<Integer> waitAndAddInStages(int x) {
        return scope -> scope.sleep(NAP).thenApply(slept -> x + 1);
    }

    private static Coroutine<Integer> waitAndAddAwaiting(int x) {
        return async(scope -> {
            await(scope.sleep(NAP));
            return x + 1;
        });
    }

    @Test
    @DisplayName("T1 the stage tone and the await tone give the same, and both sleep at the same time")
    void bothTones() {
        long before = System.nanoTime();
        Both<Integer, Integer> stages = Duotone.run(scope -> scope.spawn(waitAndAddInStages(3), waitAndAddInStages(4)));
        Both<Integer, Integer> awaiting =
                Duotone.run(scope -> scope.spawn(waitAndAddAwaiting(3), waitAndAddAwaiting(4)));
        Both<Integer, Integer> mixed = Duotone.run(scope -> scope.spawn(waitAndAddInStages(3), waitAndAddAwaiting(4)));

        assertEquals(new Both<>(4, 5), stages);
        assertEquals(stages, awaiting);
        assertEquals(stages, mixed);
        assertTrue(System.nanoTime() - before >= 3 * NAP.toNanos());
    }
}
