package io.duotone.sync;

/**
 * Who holds and who waits, at one moment.
 *
 * @param holders how many hold it, or how many permits are taken
 * @param waiting how many wait for it
 */
public record SyncStatistics(int holders, int waiting) {}
