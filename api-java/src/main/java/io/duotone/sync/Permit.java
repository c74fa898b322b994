package io.duotone.sync;

/**
 * The right to go on that a {@link Lock}, a {@link ReadWriteLock} or a {@link Semaphore} has given, until it is closed (rows T32, T34,
 * T35, C20). It belongs to whoever has it: any thread may close it, and a task that is cancelled when its permit has come
 * closes it by itself.
 */
public interface Permit extends AutoCloseable {
    /**
     * Whether this has not been closed yet, nor is away while its holder waits for a {@link Condition}.
     */
    boolean isHeld();

    /** Gives it back, and with it the turn to whoever waits longest. Harmless the second time. */
    @Override
    void close();
}
