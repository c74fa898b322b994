package io.duotone.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.duotone.coroutines.sync.WeightedSemaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** The first of two coroutines that wait is cancelled while a permit comes: one of them has it in the end. */
@JCStressTest
@Description("a permit that the first one leaves goes on to the next")
@Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "the first got it, the second waits")
@Outcome(id = "2, 1, 0", expect = ACCEPTABLE, desc = "the first was cancelled, the second got it")
@State
public class CancelBeforeNext {
    private final WeightedSemaphore semaphore = new WeightedSemaphore(0, 1);
    private final Waiting first = new Waiting(semaphore);
    private final Waiting second = new Waiting(semaphore);

    /** Hands the permit over. */
    @Actor
    public void release() {
        semaphore.release();
    }

    /** Cancels the first wait. */
    @Actor
    public void cancel() {
        first.cancel();
    }

    /** Looks for the permit. */
    @Arbiter
    public void look(III_Result result) {
        result.r1 = first.state();
        result.r2 = second.state();
        result.r3 = semaphore.getAvailablePermits();
    }
}
