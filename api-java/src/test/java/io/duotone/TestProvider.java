package io.duotone;

import io.duotone.spi.AwaitProvider;
import io.duotone.spi.ChannelProvider;
import io.duotone.spi.DuotoneProvider;
import io.duotone.spi.NetProvider;
import io.duotone.spi.SyncProvider;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The runtime as far as the tests of this module need it: an executor that runs commands where it is called and marks
 * them as running on it, bodies on platform threads, and {@link Worker} threads that may not block.
 */
public final class TestProvider implements DuotoneProvider {
    /** The executor of the shared runtime. */
    static final MarkingExecutor EXECUTOR = new MarkingExecutor("shared runtime");

    private static final Duotone SHARED = proxy(Duotone.class, "executor", EXECUTOR);

    /** A scope for bodies that do not use theirs. */
    static final Scope NO_SCOPE = proxy(Scope.class, "runtime", SHARED);

    /** For the service loader. */
    public TestProvider() {}

    /** Runs commands at once; {@link #here} tells the name of the one whose command is running. */
    record MarkingExecutor(String name) implements Executor {
        private static final ThreadLocal<String> CURRENT = ThreadLocal.withInitial(() -> "caller");

        static String here() {
            return CURRENT.get();
        }

        @Override
        public void execute(Runnable command) {
            String before = CURRENT.get();
            CURRENT.set(name);
            try {
                command.run();
            } finally {
                CURRENT.set(before);
            }
        }
    }

    /** A thread that must not block. */
    static final class Worker extends Thread {
        Worker(Runnable work) {
            super(work, "test-worker");
        }
    }

    private static final class Body<T extends @Nullable Object> extends Task<T> {
        final Thread thread;
        volatile @Nullable CancelReason cancelled;

        Body(Callable<T> body) {
            super(EXECUTOR, "body");
            thread = new BodyThread(this, () -> {
                try {
                    succeed(body.call());
                } catch (Throwable e) {
                    fail(e);
                }
            });
        }

        @Override
        protected void onCancel(CancelReason reason) {
            cancelled = reason;
            thread.interrupt();
        }
    }

    private static final class BodyThread extends Thread {
        final Body<?> body;

        BodyThread(Body<?> body, Runnable work) {
            super(work, "test-body");
            this.body = body;
        }
    }

    @Override
    public Duotone start(DuotoneOptions options) {
        throw new UnsupportedOperationException("no runtime can be started here");
    }

    @Override
    public Duotone shared() {
        return SHARED;
    }

    @Override
    public @Nullable Duotone currentOrNull() {
        return null;
    }

    @Override
    public <T extends @Nullable Object> Coroutine<T> memoized(@Nullable String name, Coroutine<T> coroutine) {
        throw new UnsupportedOperationException("nothing runs here, so nothing runs once");
    }

    @Override
    public <E> AsyncIterator<E> iterator(Flow.Publisher<? extends E> publisher, int batch) {
        throw new UnsupportedOperationException("no iterators here");
    }

    @Override
    public NetProvider net() {
        throw new UnsupportedOperationException("no sockets here");
    }

    @Override
    public SyncProvider sync() {
        throw new UnsupportedOperationException("no locks here");
    }

    @Override
    public ChannelProvider channels() {
        throw new UnsupportedOperationException("no channels here");
    }

    @Override
    public AwaitProvider await() {
        return new AwaitProvider() {
            @Override
            public <T extends @Nullable Object> Task<T> runBody(Scope scope, Callable<T> body) {
                Body<T> task = new Body<>(body);
                task.thread.start();
                return task;
            }

            @Override
            public void checkMayBlock(String call) {
                if (Thread.currentThread() instanceof Worker) {
                    throw new IllegalStateException(call + " on a worker");
                }
            }

            @Override
            public @Nullable CancelReason cancelReasonOfCurrentBody() {
                return Thread.currentThread() instanceof BodyThread thread ? thread.body.cancelled : null;
            }
        };
    }

    /** An object of this interface that knows one method without parameters. */
    private static <I> I proxy(Class<I> face, String method, Object answer) {
        return face.cast(Proxy.newProxyInstance(face.getClassLoader(), new Class<?>[] {face}, (self, called, args) -> {
            if (called.getName().equals(method)) {
                return answer;
            }
            throw new UnsupportedOperationException(called.getName());
        }));
    }
}
