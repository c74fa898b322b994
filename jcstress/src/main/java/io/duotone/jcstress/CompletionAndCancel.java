package io.duotone.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** One completes a task, another cancels it: one of them wins, and only a cancel that won stops the work. */
@JCStressTest
@Description("completed or cancelled; the work is stopped once when it was cancelled, and else not at all")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "completed")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "cancelled, and the work stopped")
@State
public class CompletionAndCancel {
    private final Work work = new Work();

    /** Completes the task. */
    @Actor
    public void complete(III_Result result) {
        result.r1 = work.finish();
    }

    /** Cancels the task. */
    @Actor
    public void cancel(III_Result result) {
        result.r2 = work.cancel("not wanted any more") ? 1 : 0;
    }

    /** Looks at what has become of the work. */
    @Arbiter
    public void look(III_Result result) {
        result.r3 = work.stopped();
    }
}
