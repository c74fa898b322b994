package io.duotone.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.duotone.coroutines.sync.WeightedSemaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A permit is handed over to a coroutine that is cancelled: it has it, or the semaphore has. */
@JCStressTest
@Description("a permit on its way to a cancelled coroutine is not lost, and not there twice")
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the coroutine got the permit")
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "the coroutine was cancelled, and the permit is free")
@State
public class HandOverAndCancel {
    private final WeightedSemaphore semaphore = new WeightedSemaphore(0, 1);
    private final Waiting waiting = new Waiting(semaphore);

    /** Hands the permit over. */
    @Actor
    public void release() {
        semaphore.release();
    }

    /** Cancels the wait. */
    @Actor
    public void cancel() {
        waiting.cancel();
    }

    /** Looks for the permit. */
    @Arbiter
    public void look(II_Result result) {
        result.r1 = waiting.state();
        result.r2 = semaphore.getAvailablePermits();
    }
}
