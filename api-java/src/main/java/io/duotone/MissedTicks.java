package io.duotone;

/**
 * What an {@link Interval} does when a tick is late, that is, when it is asked for after its time, or when the runtime
 * was so busy that a whole period had passed before the tick could be handed over (rows T31, C24). Whatever the choice, a
 * late tick itself fires at once, and after a tick on time the next is due one period after its deadline.
 *
 * <pre>{@code
 * period 10, ticks due at 0, 10, 20, ...; whoever takes them is busy from 10 to 35:
 *
 * DELAY  0  10  35              45        55        the beat moves
 * BURST  0  10  35 35  40      50        60        nothing is lost, the beat stays
 * SKIP   0  10  35     40      50        60        what was missed is dropped, the beat stays
 * }</pre>
 */
public enum MissedTicks {
    /** The next tick is due one period after the late one was asked for or handed over: no bursts, at least a period after a late tick. */
    DELAY,

    /** The ticks missed fire at once, one after the other, until the interval has caught up. */
    BURST,

    /** The ticks missed are dropped; the next is due when it would have been anyway, at a multiple of the period. */
    SKIP
}
