package io.duotone;

/**
 * What was asked for now would have to be waited for (rows T33, T35, T40, C20): a lock that is held, permits that are taken.
 * The text says what it is and who holds it. Wait for it, or do something else and come back.
 */
public final class WouldBlockException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Says what would have to be waited for. */
    public WouldBlockException(String message) {
        super(message);
    }
}
