package io.duotone.examples.kv;

import java.util.Arrays;

/**
 * One request: the command's name and its arguments. The parser of a connection fills the same object again for each
 * request; a command may keep the arrays it gets from here, but not the request, beyond the reply.
 *
 * <p><b>Threads</b>: confined to the coroutine of its connection.
 */
public final class Request {
    private static final int FIRST_CAPACITY = 8;
    private static final int LARGEST_KEPT = 1024;

    private byte[][] arguments = new byte[FIRST_CAPACITY][];
    private int size;

    /** The number of arguments, the name included. */
    public int size() {
        return size;
    }

    /** The argument at {@code index}; the name of the command is at 0. */
    public byte[] get(int index) {
        return arguments[index];
    }

    /** The argument at {@code index} as a key. */
    public ByteKey key(int index) {
        return new ByteKey(arguments[index]);
    }

    /** The arguments from {@code first} on as keys. */
    public ByteKey[] keysFrom(int first) {
        ByteKey[] keys = new ByteKey[size - first];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = key(first + i);
        }
        return keys;
    }

    /** Whether the argument at {@code index} is {@code word}, which is in lower case, in whatever case. */
    public boolean is(int index, String word) {
        byte[] argument = arguments[index];
        if (argument.length != word.length()) {
            return false;
        }
        for (int i = 0; i < argument.length; i++) {
            if (CommandIndex.lower(argument[i]) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Adds an argument. */
    public void add(byte[] argument) {
        if (size == arguments.length) {
            arguments = Arrays.copyOf(arguments, size * 2);
        }
        arguments[size++] = argument;
    }

    /** Forgets all arguments. */
    public void clear() {
        if (arguments.length > LARGEST_KEPT) {
            arguments = new byte[FIRST_CAPACITY][];
        } else {
            Arrays.fill(arguments, 0, size, null);
        }
        size = 0;
    }
}
