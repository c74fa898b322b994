package io.duotone.examples.nutshell;

import static java.time.Duration.ofSeconds;

import io.duotone.Both;
import io.duotone.Coroutine;
import io.duotone.Duotone;

/** Java, stage tone: chaining on what the scope returns. */
final class StageTone {
    private StageTone() {}

    static Coroutine<Integer> waitAndAdd(int x) {
        return scope -> scope.sleep(ofSeconds(1)).thenApply(slept -> x + 1);
    }

    static Both<Integer, Integer> run() {
        return Duotone.run(scope -> scope.spawn(waitAndAdd(3), waitAndAdd(4)));
    }
}
