package io.duotone.channel;

import java.util.OptionalInt;

/**
 * What is in a channel and who waits at it, at one moment.
 *
 * @param queued how many messages are kept; empty when there are some and nobody counts them, since kotlinx does not
 * @param waitingSenders how many sends wait; those in Kotlin are not seen, unless the channel is last in, first out
 * @param waitingReceivers how many receives wait; likewise
 */
public record ChannelStatistics(OptionalInt queued, int waitingSenders, int waitingReceivers) {}
