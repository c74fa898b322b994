package io.duotone;

/** What a scope throws when it has failed (rows C3, Y12-Y14). */
public enum ErrorShape {
    /** The first failure itself; the others are suppressed in it. */
    FIRST,

    /** The failure itself when it is the only one, else a {@link TaskGroupException} of all. */
    GROUP_IF_MANY,

    /** A {@link TaskGroupException}, also for one failure. */
    GROUP
}
