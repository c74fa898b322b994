package io.duotone.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.duotone.coroutines.sync.WeightedSemaphore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What was written before a permit was released is seen by whoever takes it. */
@JCStressTest
@Description("a release happens-before the acquire that gets its permit")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "not released yet")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "taken, and what was written before is seen")
@State
public class ReleasePublishes {
    private final WeightedSemaphore semaphore = new WeightedSemaphore(0, 1);
    private int written;

    /** Writes, and releases. */
    @Actor
    public void release() {
        written = 1;
        semaphore.release();
    }

    /** Takes the permit if it is there, and reads. */
    @Actor
    public void acquire(II_Result result) {
        boolean taken = semaphore.tryAcquire();
        result.r1 = taken ? 1 : 0;
        result.r2 = taken ? written : 0;
    }
}
