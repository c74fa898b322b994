package io.duotone.examples.nutshell;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static java.time.Duration.ofSeconds;

import io.duotone.Both;
import io.duotone.Coroutine;
import io.duotone.Duotone;

/** Java, await tone: direct style, without holding a worker. */
final class AwaitTone {
    private AwaitTone() {}

    static Coroutine<Integer> waitAndAdd(int x) {
        return async(scope -> {
            await(scope.sleep(ofSeconds(1)));
            return x + 1;
        });
    }

    static Both<Integer, Integer> run() {
        return Duotone.run(scope -> scope.spawn(waitAndAdd(3), waitAndAdd(4)));
    }
}
