package io.duotone.spi;

/** What a channel does with its messages; see the factories of {@link io.duotone.channel.Channel}. */
public enum ChannelOrder {
    /** The oldest first; when it is full, a send waits. */
    FIFO,
    /** The newest first; when it is full, a send waits. */
    LIFO,
    /** The oldest first; when it is full, the oldest is dropped. */
    DROP_OLDEST,
    /** The oldest first; when it is full, the one that is sent is dropped. */
    DROP_LATEST
}
