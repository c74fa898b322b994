package io.duotone.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.duotone.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Both dependents of a task are cancelled at once: the last of them, and nobody else, stops the work. */
@JCStressTest
@Description("whichever of two dependents is cancelled last stops the work, once")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "cancelled, and the work stopped once")
@State
public class LastDependentCancels {
    private final Work work = new Work();
    private final Task<Integer> first = work.thenApply(String::length);
    private final Task<String> second = work.thenApply(String::trim);

    /** Cancels one dependent. */
    @Actor
    public void cancelFirst() {
        first.cancel("the first is not wanted any more");
    }

    /** Cancels the other. */
    @Actor
    public void cancelSecond() {
        second.cancel("the second is not wanted any more");
    }

    /** Looks at what has become of the work. */
    @Arbiter
    public void look(II_Result result) {
        result.r1 = work.isCancelled() ? 1 : 0;
        result.r2 = work.stopped();
    }
}
