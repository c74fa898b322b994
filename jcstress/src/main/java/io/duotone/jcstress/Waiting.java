package io.duotone.jcstress;

import io.duotone.coroutines.sync.WeightedSemaphore;
import java.util.concurrent.CancellationException;
import kotlin.Result;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;

/** A coroutine that waits for a permit: it goes on where it is resumed, and keeps in mind how. */
final class Waiting implements Continuation<Unit> {
    static final int WAITS = 0;
    static final int HAS_PERMIT = 1;
    static final int CANCELLED = 2;

    private final CompletableJob job = JobKt.Job(null);
    private final CoroutineContext context = job;
    private volatile int state = WAITS;

    Waiting(WeightedSemaphore semaphore) {
        Object result = semaphore.acquire(this);
        if (result == Unit.INSTANCE) {
            state = HAS_PERMIT;
        }
    }

    int state() {
        return state;
    }

    void cancel() {
        job.cancel(new CancellationException("not wanted any more"));
    }

    @Override
    public CoroutineContext getContext() {
        return context;
    }

    @Override
    public void resumeWith(Object result) {
        state = result instanceof Result.Failure ? CANCELLED : HAS_PERMIT;
    }
}
