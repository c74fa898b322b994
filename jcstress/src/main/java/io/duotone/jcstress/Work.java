package io.duotone.jcstress;

import io.duotone.CancelReason;
import io.duotone.Task;
import java.util.concurrent.atomic.AtomicInteger;

/** A task whose work counts how often it is stopped. */
final class Work extends Task<String> {
    private final AtomicInteger stopped = new AtomicInteger();

    Work() {
        super(Runnable::run, "work");
    }

    /** 1 when this call completed the task. */
    int finish() {
        return succeed("done") ? 1 : 0;
    }

    int stopped() {
        return stopped.get();
    }

    @Override
    protected void onCancel(CancelReason reason) {
        stopped.incrementAndGet();
    }
}
