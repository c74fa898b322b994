package io.duotone;

import java.io.Serializable;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Why work was cancelled: what kind of event, in whose words, and which task it began at. The reason travels with the
 * cancellation through scopes, stages and both languages (row C6).
 *
 * @param kind what happened
 * @param message what happened, for a person; never empty
 * @param origin the name of the task at which it began, or null when nobody gave one
 */
public record CancelReason(
        Kind kind, String message, @Nullable String origin) implements Serializable {

    /** What led to a cancellation. */
    public enum Kind {
        /** Somebody called {@code cancel}. */
        CANCELLED,
        /** A deadline passed. The work that had the deadline fails with a timeout; what ran below it sees this kind. */
        TIMEOUT,
        /** Another child of the same scope failed. */
        SIBLING_FAILED,
        /**
         * The scope has no more use for the work: nothing else is left in it to wait for, its master task has ended,
         * another task succeeded or came first, or somebody closed it.
         */
        SCOPE_CLOSED,
        /** The runtime is shutting down. */
        SHUTDOWN,
        /** The thread that ran or awaited the work was interrupted from outside. */
        INTERRUPTED
    }

    /** Checks that kind and message are there. */
    public CancelReason {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
    }

    /** A reason of kind {@link Kind#CANCELLED} in the words of the caller, without an origin. */
    public static CancelReason cancelled(String message) {
        return new CancelReason(Kind.CANCELLED, message, null);
    }

    /** A reason without an origin. */
    public static CancelReason of(Kind kind, String message) {
        return new CancelReason(kind, message, null);
    }

    /**
     * The reason that a cancellation carries. A {@link CancellationException} that is not ours has the kind
     * {@link Kind#CANCELLED} and its own message.
     */
    public static CancelReason of(CancellationException cancellation) {
        if (cancellation instanceof TaskCancelledException ours) {
            return ours.reason();
        }
        if (cancellation.getCause() instanceof TaskCancelledException ours) {
            return ours.reason();
        }
        String message = cancellation.getMessage();
        return cancelled(message == null ? "cancelled" : message);
    }

    /** This reason with the origin filled in, unless it has one already. */
    public CancelReason from(@Nullable String task) {
        return origin != null || task == null ? this : new CancelReason(kind, message, task);
    }

    @Override
    public String toString() {
        return kind + ": " + message + (origin == null ? "" : " (from " + origin + ")");
    }
}
