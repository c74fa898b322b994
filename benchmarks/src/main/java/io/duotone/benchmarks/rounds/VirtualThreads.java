package io.duotone.benchmarks.rounds;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CountDownLatch;

/** Starts virtual threads from bytecode 17: the handle is a constant, so that the call is as cheap as a direct one. */
public final class VirtualThreads {
    private static final MethodHandle START = find();

    private VirtualThreads() {}

    private static MethodHandle find() {
        try {
            return MethodHandles.lookup()
                    .findStatic(
                            Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    /** Starts {@code body} on a new virtual thread. */
    public static void start(Runnable body) {
        try {
            Thread unused = (Thread) START.invokeExact(body);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Something a thread does that may be interrupted. */
    @FunctionalInterface
    public interface Body {
        /** Does it. */
        void run() throws InterruptedException;
    }

    /** Starts {@code body} on a new virtual thread and counts down when it has ended. */
    public static void start(CountDownLatch done, Body body) {
        start(() -> {
            try {
                body.run();
            } catch (InterruptedException unexpected) {
                throw new IllegalStateException(unexpected);
            } finally {
                done.countDown();
            }
        });
    }

    /** Waits for the threads that were started with {@code done}. */
    public static void await(CountDownLatch done) {
        try {
            done.await();
        } catch (InterruptedException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }
}
