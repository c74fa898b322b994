package io.duotone.examples.kv;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds commands by the bytes of their names in whatever case, without making a string or a lower-case copy: an
 * open-addressed table, at most a quarter full.
 */
final class CommandIndex {
    private final List<Command> commands;
    private final byte[] @Nullable [] names;
    private final @Nullable Command[] slots;
    private final int mask;

    /** Indexes commands by the rest of their names after {@code prefix} characters. */
    CommandIndex(List<Command> commands, int prefix) {
        this.commands = List.copyOf(commands);
        int capacity = Integer.highestOneBit(Math.max(commands.size(), 2) * 8 - 1);
        this.names = new byte[capacity][];
        this.slots = new Command[capacity];
        this.mask = capacity - 1;
        for (Command command : commands) {
            byte[] name = command.name().substring(prefix).getBytes(StandardCharsets.ISO_8859_1);
            if (find(name) != null) {
                throw new IllegalArgumentException("two commands named " + command.name());
            }
            int slot = hash(name) & mask;
            while (slots[slot] != null) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = command;
            names[slot] = name;
        }
    }

    List<Command> commands() {
        return commands;
    }

    @Nullable Command find(byte[] name) {
        int slot = hash(name) & mask;
        while (true) {
            Command command = slots[slot];
            byte[] candidate = names[slot];
            if (command == null || candidate == null) {
                return null;
            }
            if (sameName(name, candidate)) {
                return command;
            }
            slot = (slot + 1) & mask;
        }
    }

    /** The ASCII lower case of a byte. */
    static int lower(byte value) {
        return value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
    }

    private static boolean sameName(byte[] name, byte[] lowerCase) {
        if (name.length != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (lower(name[i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private static int hash(byte[] name) {
        int hash = name.length;
        for (byte value : name) {
            hash = hash * 31 + lower(value);
        }
        return hash ^ (hash >>> 15);
    }
}
