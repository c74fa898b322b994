package io.duotone.examples;

import io.duotone.examples.echo.EchoMain;
import io.duotone.examples.kv.KvMain;
import io.duotone.examples.nutshell.Nutshell;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Runs the example that the first argument names, with the rest of the arguments; without one, says what there is. */
public final class Main {
    private static final int USAGE_ERROR = 2;

    private static final List<Example> EXAMPLES = List.of(
            new Example("kv", "a key-value server that speaks Redis's protocol (--help for its options)", KvMain::main),
            new Example(
                    "echo", "a TCP server that sends back what it receives (--help for its options)", EchoMain::main),
            new Example("nutshell", "one small program in the three notations", Nutshell::main));

    private Main() {}

    /** Exits with 2 when the first argument names no example; else the example decides. */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.out.println(list());
            return;
        }
        for (Example example : EXAMPLES) {
            if (example.name().equals(args[0])) {
                example.program().run(Arrays.copyOfRange(args, 1, args.length));
                return;
            }
        }
        System.err.println("there is no example '" + args[0] + "'\n\n" + list());
        System.exit(USAGE_ERROR);
    }

    private static String list() {
        StringBuilder text = new StringBuilder("usage: ./duotone NAME [arguments]\n");
        for (Example example : EXAMPLES) {
            text.append(String.format(Locale.ROOT, "%n  %-10s %s", example.name(), example.description()));
        }
        return text.toString();
    }

    /** The {@code main} method of an example. */
    @FunctionalInterface
    private interface Program {
        void run(String[] args) throws Exception;
    }

    private record Example(String name, String description, Program program) {}
}
