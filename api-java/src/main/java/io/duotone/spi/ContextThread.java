package io.duotone.spi;

import org.jspecify.annotations.Nullable;

/** A thread that knows its {@link Context} without a look-up in its thread locals: a thread of the runtime. */
public abstract class ContextThread extends Thread {
    /** Of the code that this thread is running now; null for none. Used by the thread itself alone. */
    @Nullable Context context;

    /** A thread, not started. */
    protected ContextThread(Runnable body, String name) {
        super(body, name);
    }
}
