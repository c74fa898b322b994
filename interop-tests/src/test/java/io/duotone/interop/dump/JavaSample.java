package io.duotone.interop.dump;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** What the dump is tried on: one of each thing a Java class can show or hide. */
@NullMarked
public abstract class JavaSample<T extends @Nullable Number> implements Comparable<JavaSample<T>> {
    public static final int LIMIT = 1;
    protected volatile @Nullable String note;
    final int hidden = 2;

    protected JavaSample(T first) {}

    public abstract List<@Nullable T> items(Map<String, ? extends T[]> byName) throws IOException;

    public static <A extends @Nullable Object> @Nullable A[] several(A[] from, Map.Entry<? super A, ?> entry) {
        return from.clone();
    }

    protected final synchronized void hook() {}

    void packagePrivate() {}

    @Override
    public String toString() {
        return "sample";
    }

    public enum Kind {
        ONE,
        TWO
    }

    public record Pair(String left, @Nullable Integer right) {}

    public sealed interface Shape permits Square {
        default int corners() {
            return 4;
        }
    }

    public static final class Square implements Shape {}

    static final class Hidden {}
}
