package io.duotone.channel;

import org.jspecify.annotations.Nullable;

/**
 * The channel has been closed: nothing can be sent, or all that was sent has been received (rows T38, C22). Its cause is
 * what was given to {@link Sender#close(Throwable)}, or the {@link io.duotone.TaskCancelledException} of
 * {@link Receiver#cancel}, or null.
 */
public class ChannelClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** What was tried in vain, and why the channel is closed. */
    public ChannelClosedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
