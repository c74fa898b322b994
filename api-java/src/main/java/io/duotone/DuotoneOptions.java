package io.duotone;

import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a runtime (row T5). Immutable; made by {@link Duotone#builder()}.
 *
 * @param name shown in thread names, dumps and logs
 * @param threads the number of workers, 1 to 1024
 * @param blockingThreads the most threads of the blocking pool, 1 to 32767 (row C12)
 * @param blockingIdle how long an idle thread of the blocking pool is kept
 * @param awaitThreads on JDK 17 to 20, the most platform threads that run {@code async} bodies at a time, 1 to 32767;
 *     from JDK 21 on, bodies run on virtual threads and this has no effect
 * @param shutdownGrace how long {@code close} and the end of {@code run} wait for cancelled tasks (row C1)
 * @param atExit what happens to tasks of the runtime that still run when {@code run}'s main has ended (row C1)
 * @param uncaught what becomes of failures nobody can receive, with the name of the task; null logs them (row C18)
 */
public record DuotoneOptions(
        String name,
        int threads,
        int blockingThreads,
        Duration blockingIdle,
        int awaitThreads,
        Duration shutdownGrace,
        AtExit atExit,
        @Nullable BiConsumer<String, Throwable> uncaught) {

    private static final int MAX_THREADS = 1024;
    private static final int MAX_POOL = 32_767;

    /** What happens to tasks of the runtime itself when {@code run}'s main has ended (row C1). */
    public enum AtExit {
        /** They are cancelled and awaited for the grace time. */
        CANCEL,
        /** They are waited for, however long they take. */
        JOIN
    }

    /** Checks the ranges. */
    public DuotoneOptions {
        Objects.requireNonNull(name, "name");
        checkRange("threads", threads, MAX_THREADS);
        checkRange("blockingThreads", blockingThreads, MAX_POOL);
        checkRange("awaitThreads", awaitThreads, MAX_POOL);
        checkNotNegative("blockingIdle", blockingIdle);
        checkNotNegative("shutdownGrace", shutdownGrace);
        Objects.requireNonNull(atExit, "atExit");
    }

    /** The defaults: as many workers as cores, 128 blocking threads kept for 30 s, 5 s of grace. */
    public static DuotoneOptions defaults() {
        return new Builder().build();
    }

    private static void checkRange(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(option + " must be 1 to " + max + ", but is " + value);
        }
    }

    private static void checkNotNegative(String option, Duration value) {
        if (Objects.requireNonNull(value, option).isNegative()) {
            throw new IllegalArgumentException(option + " must not be negative, but is " + value);
        }
    }

    /** Collects options; each method returns this builder. Not thread-safe. */
    public static final class Builder {
        private String name = "duotone";
        private int threads;
        private int blockingThreads = 128;
        private Duration blockingIdle = Duration.ofSeconds(30);
        private int awaitThreads = 256;
        private Duration shutdownGrace = Duration.ofSeconds(5);
        private AtExit atExit = AtExit.CANCEL;
        private @Nullable BiConsumer<String, Throwable> uncaught;

        Builder() {}

        /** See {@link DuotoneOptions#name}; default {@code duotone}. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** See {@link DuotoneOptions#threads}; 0, the default, means one for each core. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** See {@link DuotoneOptions#blockingThreads}; default 128. */
        public Builder blockingThreads(int blockingThreads) {
            this.blockingThreads = blockingThreads;
            return this;
        }

        /** See {@link DuotoneOptions#blockingIdle}; default 30 s. */
        public Builder blockingIdle(Duration blockingIdle) {
            this.blockingIdle = blockingIdle;
            return this;
        }

        /** See {@link DuotoneOptions#awaitThreads}; default 256. */
        public Builder awaitThreads(int awaitThreads) {
            this.awaitThreads = awaitThreads;
            return this;
        }

        /** See {@link DuotoneOptions#shutdownGrace}; default 5 s. */
        public Builder shutdownGrace(Duration shutdownGrace) {
            this.shutdownGrace = shutdownGrace;
            return this;
        }

        /** See {@link DuotoneOptions#atExit}; default {@link AtExit#CANCEL}. */
        public Builder atExit(AtExit atExit) {
            this.atExit = atExit;
            return this;
        }

        /** See {@link DuotoneOptions#uncaught}; by default failures are logged. */
        public Builder uncaught(BiConsumer<String, Throwable> handler) {
            this.uncaught = handler;
            return this;
        }

        /** The options collected so far; {@link IllegalArgumentException} names the first that is out of range. */
        public DuotoneOptions build() {
            int workers = threads == 0 ? Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS) : threads;
            return new DuotoneOptions(
                    name, workers, blockingThreads, blockingIdle, awaitThreads, shutdownGrace, atExit, uncaught);
        }

        /** Starts a runtime with these options. */
        public Duotone start() {
            return Duotone.start(build());
        }

        /** Runs {@code main} on a runtime of its own with these options; see {@link Duotone#run(Coroutine)}. */
        public <T extends @Nullable Object> T run(Coroutine<T> main) {
            return Duotone.run(build(), main);
        }
    }
}
