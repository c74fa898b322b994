package io.duotone.spi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** The one rule by which a failure leaves a stage and arrives at whoever waits for it in direct style. */
public final class Failures {
    /** Stands in a stack trace between the frames of the failure and those of the code that waited for it. */
    private static final StackTraceElement AWAITED_FROM = new StackTraceElement("awaited", "from", null, -1);

    /** So often at most does a trace grow, when one failure is awaited over and over. */
    private static final int MOST_SITES = 8;

    private Failures() {}

    /**
     * The failure itself, without what futures wrap around it: {@link CompletionException}, {@link ExecutionException},
     * and the {@link CancellationException} that newer JDKs put around another one.
     */
    public static Throwable unwrap(Throwable failure) {
        Throwable unwrapped = failure;
        for (Throwable cause = unwrapped.getCause();
                cause != null && isWrapper(unwrapped, cause);
                cause = cause.getCause()) {
            unwrapped = cause;
        }
        return unwrapped;
    }

    /** The failure in a line, also when its own message cannot be made: what reports a failure must not fail itself. */
    public static String describe(Throwable failure) {
        try {
            return failure.toString();
        } catch (RuntimeException | StackOverflowError e) {
            return failure.getClass().getName() + " (without a message: making it failed with "
                    + e.getClass().getName() + ")";
        }
    }

    private static boolean isWrapper(Throwable failure, Throwable cause) {
        return failure instanceof CompletionException
                || failure instanceof ExecutionException
                || (failure.getClass() == CancellationException.class && cause instanceof CancellationException);
    }

    /**
     * Throws a failure, unwrapped, where checked exceptions are not declared: unchecked exceptions and errors as they
     * are, an {@link IOException} in an {@link UncheckedIOException}, any other checked exception in a
     * {@link CompletionException}. The stack trace of what is thrown shows the caller: an exception that is thrown as
     * it is has the caller's frames appended to its own. Never returns; its type lets the caller write
     * {@code throw Failures.rethrow(e)}.
     */
    public static RuntimeException rethrow(Throwable failure) {
        Throwable original = unwrap(failure);
        if (original instanceof RuntimeException unchecked) {
            appendCaller(original);
            throw unchecked;
        }
        if (original instanceof Error error) {
            appendCaller(original);
            throw error;
        }
        if (original instanceof IOException io) {
            throw new UncheckedIOException(io);
        }
        throw new CompletionException(original);
    }

    /** Appends the frames of the calling thread to the trace of a failure that it has waited for. */
    public static void appendCaller(Throwable failure) {
        appendSite(failure, Failures::framesOfCaller);
    }

    private static List<StackTraceElement> framesOfCaller() {
        List<StackTraceElement> frames = new ArrayList<>();
        for (StackTraceElement frame : new Throwable().getStackTrace()) {
            if (!frame.getClassName().equals(Failures.class.getName())) {
                frames.add(frame);
            }
        }
        return frames;
    }

    /**
     * Appends the place where somebody waited for this failure to its trace, of which there are at most eight. Costs
     * nothing until there is a failure.
     */
    public static void appendSite(Throwable failure, Supplier<? extends List<StackTraceElement>> frames) {
        StackTraceElement[] own = failure.getStackTrace();
        if (own.length == 0 || sitesIn(own) >= MOST_SITES) {
            return; // the trace is switched off, or long enough
        }
        List<StackTraceElement> site = frames.get();
        if (site.isEmpty()) {
            return;
        }
        List<StackTraceElement> trace = new ArrayList<>(List.of(own));
        trace.add(AWAITED_FROM);
        trace.addAll(site);
        failure.setStackTrace(trace.toArray(StackTraceElement[]::new));
    }

    private static int sitesIn(StackTraceElement[] trace) {
        int sites = 0;
        for (StackTraceElement frame : trace) {
            if (frame.equals(AWAITED_FROM)) {
                sites++;
            }
        }
        return sites;
    }
}
