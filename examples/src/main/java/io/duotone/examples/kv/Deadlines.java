package io.duotone.examples.kv;

import java.time.InstantSource;

/** Reads the times that clients give, with the errors Redis has for them. All results are in milliseconds. */
final class Deadlines {
    private static final long MILLIS_PER_SECOND = 1000;

    private Deadlines() {}

    /** A time of {@code SET}, which must be greater than zero. */
    static long positive(byte[] amount, boolean seconds, String command) {
        long millis = millis(amount, seconds, command);
        if (millis <= 0) {
            throw CommandFailure.expireTime(command);
        }
        return millis;
    }

    /** A time of any sign. */
    static long millis(byte[] amount, boolean seconds, String command) {
        long number;
        try {
            number = Decimal.parse(amount);
        } catch (NumberFormatException malformed) {
            throw CommandFailure.notAnInteger();
        }
        if (!seconds) {
            return number;
        }
        if (number > Long.MAX_VALUE / MILLIS_PER_SECOND || number < Long.MIN_VALUE / MILLIS_PER_SECOND) {
            throw CommandFailure.expireTime(command);
        }
        return number * MILLIS_PER_SECOND;
    }

    /** The moment that many milliseconds from now. */
    static long afterNow(long millis, InstantSource clock, String command) {
        long now = clock.millis();
        if (millis > Long.MAX_VALUE - now) {
            throw CommandFailure.expireTime(command);
        }
        return finite(now + millis);
    }

    /** The moment itself, unless it is the very one that stands for never. */
    static long finite(long moment) {
        return Math.min(moment, Entry.NEVER - 1);
    }
}
