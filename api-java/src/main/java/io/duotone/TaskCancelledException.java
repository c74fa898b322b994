package io.duotone;

import java.util.Objects;
import java.util.concurrent.CancellationException;

/**
 * The cancellation that Duotone raises: an ordinary {@link CancellationException} with the {@link CancelReason} on it
 * (row C6). It is never reported as a failure.
 */
public final class TaskCancelledException extends CancellationException {
    private static final long serialVersionUID = 1L;

    private final CancelReason reason;

    /** A cancellation for this reason. */
    public TaskCancelledException(CancelReason reason) {
        super(Objects.requireNonNull(reason, "reason").toString());
        this.reason = reason;
    }

    /** Why the work was cancelled. */
    public CancelReason reason() {
        return reason;
    }
}
