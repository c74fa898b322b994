package io.duotone.examples.kv;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes as a map key: a key of the store, a channel name, a pattern. The hash is computed once. Comparable, so that a
 * {@code HashMap} stays fast when a client chooses keys with equal hashes.
 *
 * <p>The array is not copied: whoever makes a key gives it away.
 */
public final class ByteKey implements Comparable<ByteKey> {
    private final byte[] bytes;
    private final int hash;

    /** Wraps {@code bytes}, which must not change any more. */
    public ByteKey(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    /** A key of the text's UTF-8 bytes. */
    public static ByteKey of(String text) {
        return new ByteKey(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes themselves, not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof ByteKey key && hash == key.hash && Arrays.equals(bytes, key.bytes));
    }

    @Override
    public int compareTo(ByteKey other) {
        return Arrays.compare(bytes, other.bytes);
    }

    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
