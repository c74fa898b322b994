package io.duotone;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A task that the test completes, and that remembers how its work was stopped. */
class TestTask<T extends @Nullable Object> extends Task<T> {
    /** What {@link #onCancel} was called with, in order. */
    final List<CancelReason> stopped = new CopyOnWriteArrayList<>();

    TestTask() {
        this(TestProvider.EXECUTOR, null);
    }

    TestTask(String name) {
        this(TestProvider.EXECUTOR, name);
    }

    TestTask(Executor executor, @Nullable String name) {
        super(executor, name);
    }

    @Override
    protected void onCancel(CancelReason reason) {
        stopped.add(reason);
    }
}
