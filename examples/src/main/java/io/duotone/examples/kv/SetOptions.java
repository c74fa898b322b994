package io.duotone.examples.kv;

import java.time.InstantSource;

/**
 * The options of {@code SET key value [NX|XX] [GET] [EX s|PX ms|EXAT s|PXAT ms|KEEPTTL]}.
 *
 * @param onlyIfAbsent NX
 * @param onlyIfPresent XX
 * @param get reply with the old value
 * @param keepDeadline KEEPTTL
 * @param deadline in milliseconds since 1970, or {@link Entry#NEVER}
 */
record SetOptions(boolean onlyIfAbsent, boolean onlyIfPresent, boolean get, boolean keepDeadline, long deadline) {
    private static final int FIRST_OPTION = 3;

    /** Which word gave the deadline; each excludes all the others. */
    private enum Lifetime {
        NONE,
        EX,
        PX,
        EXAT,
        PXAT,
        KEEPTTL
    }

    static SetOptions parse(Request request, InstantSource clock) {
        boolean onlyIfAbsent = false;
        boolean onlyIfPresent = false;
        boolean get = false;
        Lifetime lifetime = Lifetime.NONE;
        byte[] amount = new byte[0];
        for (int i = FIRST_OPTION; i < request.size(); i++) {
            if (request.is(i, "nx") && !onlyIfPresent) {
                onlyIfAbsent = true;
            } else if (request.is(i, "xx") && !onlyIfAbsent) {
                onlyIfPresent = true;
            } else if (request.is(i, "get")) {
                get = true;
            } else {
                Lifetime found = lifetimeAt(request, i);
                if (found == Lifetime.NONE || (lifetime != Lifetime.NONE && lifetime != found)) {
                    throw CommandFailure.syntax();
                }
                lifetime = found;
                if (found != Lifetime.KEEPTTL) {
                    i++;
                    if (i == request.size()) {
                        throw CommandFailure.syntax();
                    }
                    amount = request.get(i);
                }
            }
        }
        return new SetOptions(
                onlyIfAbsent, onlyIfPresent, get, lifetime == Lifetime.KEEPTTL, deadline(lifetime, amount, clock));
    }

    private static long deadline(Lifetime lifetime, byte[] amount, InstantSource clock) {
        return switch (lifetime) {
            case NONE, KEEPTTL -> Entry.NEVER;
            case EX -> Deadlines.afterNow(Deadlines.positive(amount, true, "set"), clock, "set");
            case PX -> Deadlines.afterNow(Deadlines.positive(amount, false, "set"), clock, "set");
            case EXAT -> Deadlines.finite(Deadlines.positive(amount, true, "set"));
            case PXAT -> Deadlines.finite(Deadlines.positive(amount, false, "set"));
        };
    }

    private static Lifetime lifetimeAt(Request request, int index) {
        if (request.is(index, "ex")) {
            return Lifetime.EX;
        }
        if (request.is(index, "px")) {
            return Lifetime.PX;
        }
        if (request.is(index, "exat")) {
            return Lifetime.EXAT;
        }
        if (request.is(index, "pxat")) {
            return Lifetime.PXAT;
        }
        return request.is(index, "keepttl") ? Lifetime.KEEPTTL : Lifetime.NONE;
    }
}
