package io.duotone.examples.nutshell;

import io.duotone.Both;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs the same program in the three notations. Each starts two coroutines that sleep a second and add one, and prints
 * both results and the time taken: one second, not two, since they sleep at the same time.
 */
public final class Nutshell {
    private static final Map<String, Supplier<Both<Integer, Integer>>> NOTATIONS = notations();

    private Nutshell() {}

    /** Runs the notations named ({@code stage}, {@code await}, {@code suspend}), or all three. */
    public static void main(String[] args) {
        Iterable<String> wanted = args.length == 0 ? NOTATIONS.keySet() : List.of(args);
        for (String name : wanted) {
            Supplier<Both<Integer, Integer>> program = NOTATIONS.get(name);
            if (program == null) {
                System.err.println("nutshell: no notation '" + name + "', only " + NOTATIONS.keySet());
                System.exit(2);
                return;
            }
            System.out.println(resultLine(program));
        }
    }

    /** Runs the program; for example {@code (4, 5) after 1 s}. */
    static String resultLine(Supplier<Both<Integer, Integer>> program) {
        long start = System.nanoTime();
        Both<Integer, Integer> out = program.get();
        return out + " after " + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s";
    }

    private static Map<String, Supplier<Both<Integer, Integer>>> notations() {
        Map<String, Supplier<Both<Integer, Integer>>> notations = new LinkedHashMap<>();
        notations.put("stage", StageTone::run);
        notations.put("await", AwaitTone::run);
        notations.put("suspend", SuspendTone::run);
        return notations;
    }
}
