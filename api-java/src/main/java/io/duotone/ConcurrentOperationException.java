package io.duotone;

/**
 * A second operation in the same direction of a stream or listener while the first is still under way, for example two
 * readers (row C27). The second is refused with this exception; the first goes on undisturbed. An operation that has been
 * cancelled is no longer under way. Put a lock around the stream, or let one coroutine own each direction.
 */
public final class ConcurrentOperationException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Says which operation was refused. */
    public ConcurrentOperationException(String message) {
        super(message);
    }
}
