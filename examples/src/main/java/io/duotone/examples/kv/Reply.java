package io.duotone.examples.kv;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a command answers. Nearly all commands have their answer at once and return it as a plain value, so that no stage
 * and no coroutine is made for them; one that has to wait returns {@link Later}.
 */
public sealed interface Reply {
    /** The status OK. */
    Reply OK = status("OK");

    /** The absent value. */
    Reply NIL = new Encoded("$-1\r\n".getBytes(StandardCharsets.ISO_8859_1));

    /** An array of nothing. */
    Reply EMPTY_ARRAY = new Encoded("*0\r\n".getBytes(StandardCharsets.ISO_8859_1));

    /** No answer, or one that went out already. */
    Reply NONE = new Encoded(new byte[0]);

    /** Bytes in RESP form, made beforehand. */
    final class Encoded implements Reply {
        private final byte[] bytes;

        Encoded(byte[] bytes) {
            this.bytes = bytes;
        }

        /** The bytes to send; not a copy. */
        public byte[] bytes() {
            return bytes;
        }
    }

    /** A string of bytes. */
    final class Bulk implements Reply {
        private final byte[] bytes;

        /** A reply of {@code bytes}, which must not change any more. */
        public Bulk(byte[] bytes) {
            this.bytes = bytes;
        }

        /** The string; not a copy. */
        public byte[] bytes() {
            return bytes;
        }
    }

    /**
     * An error.
     *
     * @param message code and text, one character for each byte (ISO 8859-1)
     */
    record Failure(String message) implements Reply {}

    /**
     * A number.
     *
     * @param value the number
     */
    record Whole(long value) implements Reply {}

    /**
     * Several values as one reply.
     *
     * @param elements the values; none of them may be {@link Later}
     */
    record Array(List<Reply> elements) implements Reply {}

    /**
     * A reply that is not there yet. The connection waits for it before it takes the next request.
     *
     * @param stage gives the reply, which is not another {@code Later}; a failure closes the connection
     */
    record Later(CompletionStage<Reply> stage) implements Reply {}

    /** A status line, encoded once; make it a constant. */
    static Reply status(String text) {
        return new Encoded(("+" + text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A number; the small ones that nearly all commands answer are made beforehand. */
    static Reply whole(long value) {
        return value >= 0 && value < SmallNumbers.ENCODED.length ? SmallNumbers.ENCODED[(int) value] : new Whole(value);
    }

    /** A string, or the absent value for null. */
    static Reply bulk(byte @Nullable [] bytes) {
        return bytes == null ? NIL : new Bulk(bytes);
    }

    /** A string of the text's UTF-8 bytes. */
    static Reply bulk(String text) {
        return new Bulk(text.getBytes(StandardCharsets.UTF_8));
    }

    /** An array of these. */
    static Reply array(Reply... elements) {
        return new Array(List.of(elements));
    }

    /** Holder of the encoded small numbers. */
    final class SmallNumbers {
        private static final Reply[] ENCODED = new Reply[512];

        static {
            for (int i = 0; i < ENCODED.length; i++) {
                ENCODED[i] = new Encoded((":" + i + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
        }

        private SmallNumbers() {}
    }
}
