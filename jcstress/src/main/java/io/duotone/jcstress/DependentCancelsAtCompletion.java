package io.duotone.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.duotone.Task;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A task is completed while its only dependent is cancelled: what each of them ends as fits the other. */
@JCStressTest
@Description(
        "a dependent that was cancelled stops the work unless that had ended; a work that was stopped has no result for it")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "completed, and its dependent too")
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "completed, and its dependent cancelled too late to stop it")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "stopped by its dependent")
@State
public class DependentCancelsAtCompletion {
    private final Work work = new Work();
    private final Task<Integer> dependent = work.thenApply(String::length);

    /** Completes the task. */
    @Actor
    public void complete(III_Result result) {
        result.r1 = work.finish();
    }

    /** Cancels what depends on it. */
    @Actor
    public void cancel(III_Result result) {
        result.r2 = dependent.cancel("not wanted any more") ? 1 : 0;
    }

    /** Looks at what has become of the work. */
    @Arbiter
    public void look(III_Result result) {
        result.r3 = work.stopped();
    }
}
