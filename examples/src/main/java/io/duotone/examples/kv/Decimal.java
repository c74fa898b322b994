package io.duotone.examples.kv;

import java.nio.charset.StandardCharsets;

/**
 * Whole numbers as Redis reads them: decimal digits with at most a minus sign, no plus sign, no blanks, no leading zeros,
 * within 64 bits.
 */
public final class Decimal {
    private static final int LONGEST = "-9223372036854775808".length();

    private Decimal() {}

    /** Reads a number from all of {@code bytes}. */
    public static long parse(byte[] bytes) throws NumberFormatException {
        return parse(bytes, 0, bytes.length);
    }

    /** Reads a number from {@code bytes[from, to)}. */
    public static long parse(byte[] bytes, int from, int to) throws NumberFormatException {
        int length = to - from;
        if (length == 0 || length > LONGEST) {
            throw notANumber();
        }
        boolean negative = bytes[from] == '-';
        int first = negative ? from + 1 : from;
        if (first == to || (bytes[first] == '0' && length > 1)) {
            throw notANumber();
        }
        // Summed up below zero, where there is one number more.
        long value = 0;
        for (int i = first; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                throw notANumber();
            }
            value = value * 10 - digit;
        }
        if (negative) {
            return value;
        }
        if (value == Long.MIN_VALUE) {
            throw notANumber();
        }
        return -value;
    }

    /** The digits of {@code value}. */
    public static byte[] format(long value) {
        return Long.toString(value).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static NumberFormatException notANumber() {
        return new NumberFormatException("not a 64 bit decimal number");
    }
}
