package io.duotone.examples.kv;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CommandIndexTest {
    private static Command command(String name) {
        return Command.of(name, 1, Command.Keys.NONE, name, Set.of(), (session, request) -> Reply.OK);
    }

    @Test
    void findsEachInWhateverCase() {
        List<Command> commands =
                IntStream.range(0, 300).mapToObj(i -> command("name" + i)).toList();
        CommandIndex index = new CommandIndex(commands, 0);
        for (Command command : commands) {
            assertSame(command, index.find(command.name().getBytes(ISO_8859_1)));
            assertSame(command, index.find(command.name().replace('n', 'N').getBytes(ISO_8859_1)));
        }
        assertNull(index.find("name300".getBytes(ISO_8859_1)));
        assertNull(index.find(new byte[0]));
    }

    @Test
    void letterCaseIsAllThatIsOverlooked() {
        CommandIndex index = new CommandIndex(List.of(command("host:")), 0);
        assertNull(index.find(new byte[] {'h', 'o', 's', 't', ':' - 0x20}));
    }

    @Test
    void subcommandsAreFoundByTheRestOfTheName() {
        Command get = command("config|get");
        CommandIndex index = new CommandIndex(List.of(get), "config|".length());
        assertSame(get, index.find("GET".getBytes(ISO_8859_1)));
        assertNull(index.find("config|get".getBytes(ISO_8859_1)));
    }

    @Test
    void twoOfOneNameAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new CommandIndex(List.of(command("a"), command("a")), 0));
    }
}
