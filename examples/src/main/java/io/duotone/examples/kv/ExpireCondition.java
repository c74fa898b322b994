package io.duotone.examples.kv;

import java.nio.charset.StandardCharsets;

/**
 * When {@code EXPIRE} may change a lifetime.
 *
 * @param onlyIfNone NX: the key has none yet
 * @param onlyIfSome XX: it has one
 * @param onlyIfLater GT: the new one ends later; no lifetime counts as endless
 * @param onlyIfEarlier LT: the new one ends earlier
 */
record ExpireCondition(boolean onlyIfNone, boolean onlyIfSome, boolean onlyIfLater, boolean onlyIfEarlier) {
    private static final int FIRST_OPTION = 3;
    private static final ExpireCondition ALWAYS = new ExpireCondition(false, false, false, false);

    static ExpireCondition parse(Request request) {
        if (request.size() == FIRST_OPTION) {
            return ALWAYS;
        }
        boolean onlyIfNone = false;
        boolean onlyIfSome = false;
        boolean onlyIfLater = false;
        boolean onlyIfEarlier = false;
        for (int i = FIRST_OPTION; i < request.size(); i++) {
            if (request.is(i, "nx")) {
                onlyIfNone = true;
            } else if (request.is(i, "xx")) {
                onlyIfSome = true;
            } else if (request.is(i, "gt")) {
                onlyIfLater = true;
            } else if (request.is(i, "lt")) {
                onlyIfEarlier = true;
            } else {
                String option = new String(request.get(i), StandardCharsets.ISO_8859_1);
                throw CommandFailure.of("ERR Unsupported option " + option);
            }
        }
        if (onlyIfNone && (onlyIfSome || onlyIfLater || onlyIfEarlier)) {
            throw CommandFailure.of("ERR NX and XX, GT or LT options at the same time are not compatible");
        }
        if (onlyIfLater && onlyIfEarlier) {
            throw CommandFailure.of("ERR GT and LT options at the same time are not compatible");
        }
        return new ExpireCondition(onlyIfNone, onlyIfSome, onlyIfLater, onlyIfEarlier);
    }

    boolean allows(long current, long wanted) {
        boolean expires = current != Entry.NEVER;
        if ((onlyIfNone && expires) || (onlyIfSome && !expires)) {
            return false;
        }
        // NEVER is the greatest number, so that no deadline is later and every one is earlier.
        return (!onlyIfLater || wanted > current) && (!onlyIfEarlier || wanted < current);
    }
}
