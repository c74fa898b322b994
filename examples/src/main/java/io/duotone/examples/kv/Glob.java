package io.duotone.examples.kv;

import java.nio.charset.StandardCharsets;

/**
 * A glob pattern as {@code KEYS} and {@code PSUBSCRIBE} take it: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]}, and
 * {@code \x} for a literal x. A bracket that is never closed ends with the pattern.
 *
 * <p>Only the last star is ever gone back to, so that a match costs at most pattern times subject, never more: a pattern
 * such as {@code *a*a*a*a*b} cannot hold a worker.
 */
public final class Glob {
    private final byte[] pattern;
    private final boolean matchesAll;

    /** A glob of these bytes, which must not change any more. */
    public Glob(byte[] pattern) {
        this.pattern = pattern;
        this.matchesAll = pattern.length == 1 && pattern[0] == '*';
    }

    /** A glob of the text's UTF-8 bytes. */
    public static Glob of(String pattern) {
        return new Glob(pattern.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the whole of {@code subject} matches. */
    public boolean matches(byte[] subject) {
        if (matchesAll) {
            return true;
        }
        int at = 0;
        int token = 0;
        int starToken = -1;
        int starAt = -1;
        while (at < subject.length) {
            if (token < pattern.length && pattern[token] == '*') {
                starToken = ++token;
                starAt = at;
            } else if (token < pattern.length && matchesOne(token, subject[at])) {
                token = tokenEnd(token);
                at++;
            } else if (starToken >= 0) {
                token = starToken;
                at = ++starAt;
            } else {
                return false;
            }
        }
        while (token < pattern.length && pattern[token] == '*') {
            token++;
        }
        return token == pattern.length;
    }

    private boolean matchesOne(int token, byte value) {
        return switch (pattern[token]) {
            case '?' -> true;
            case '[' -> matchesClass(token, value);
            case '\\' -> pattern[token + 1 < pattern.length ? token + 1 : token] == value;
            default -> pattern[token] == value;
        };
    }

    /** Where the token that starts at {@code token} ends; must walk a class exactly as {@link #matchesClass} does. */
    private int tokenEnd(int token) {
        return switch (pattern[token]) {
            case '[' -> classEnd(token);
            case '\\' -> Math.min(token + 2, pattern.length);
            default -> token + 1;
        };
    }

    private boolean matchesClass(int token, byte value) {
        int at = classStart(token);
        boolean matched = false;
        while (at < pattern.length && pattern[at] != ']') {
            int end = memberEnd(at);
            if (isRange(at)) {
                int low = Math.min(pattern[at], pattern[at + 2]);
                int high = Math.max(pattern[at], pattern[at + 2]);
                matched |= value >= low && value <= high;
            } else {
                matched |= pattern[end - 1] == value;
            }
            at = end;
        }
        return matched != isNegated(token);
    }

    private int classEnd(int token) {
        int at = classStart(token);
        while (at < pattern.length && pattern[at] != ']') {
            at = memberEnd(at);
        }
        return Math.min(at + 1, pattern.length);
    }

    private int classStart(int token) {
        return isNegated(token) ? token + 2 : token + 1;
    }

    private boolean isNegated(int token) {
        return token + 1 < pattern.length && pattern[token + 1] == '^';
    }

    private int memberEnd(int at) {
        if (isEscape(at)) {
            return at + 2;
        }
        return isRange(at) ? at + 3 : at + 1;
    }

    private boolean isEscape(int at) {
        return pattern[at] == '\\' && at + 1 < pattern.length;
    }

    private boolean isRange(int at) {
        return !isEscape(at) && at + 2 < pattern.length && pattern[at + 1] == '-';
    }

    @Override
    public String toString() {
        return new String(pattern, StandardCharsets.UTF_8);
    }
}
