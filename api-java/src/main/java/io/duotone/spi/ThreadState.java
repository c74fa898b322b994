package io.duotone.spi;

import org.jspecify.annotations.Nullable;

/**
 * Something that is set on a thread while code of a {@link Context} runs there: a {@code ThreadLocal}, an MDC, a thread
 * context element of Kotlin. Two that are equal set the same, so that going from the one to the other sets nothing.
 *
 * <p><b>Threads</b>: called on the thread that it is about, by which {@link #restore} too.
 */
public interface ThreadState {
    /** What it is the state of. A context has at most one state of a subject. */
    Object subject();

    /** Sets the state, and returns what was there before. */
    @Nullable Object install();

    /** Removes it for code whose context has no state of this subject, and returns what was there before. */
    @Nullable Object clear();

    /** Sets what {@link #install} or {@link #clear} returned. */
    void restore(@Nullable Object before);
}
