package io.duotone;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task that had not ended when {@link Scope#tasks} looked at it (row R24). Its text has one line for each task, and
 * what runs inside of it is indented below.
 *
 * @param name the name given at its spawn, or null
 * @param state what it was doing
 * @param runningFor the time since its spawn, waiting for its turn included; null for a task of kotlinx, of which nobody
 *     knows. It counts from the beginning of the turn in which a worker spawned it: a task that kept its worker for a
 *     millisecond before it spawned another has made that one older by as much
 * @param tasks the tasks inside of it
 */
public record TaskInfo(
        @Nullable String name, State state, @Nullable Duration runningFor, List<TaskInfo> tasks) {

    /** What a task that has not ended is doing. */
    public enum State {
        /** It has not begun, and begins when somebody asks for it: a lazy one of kotlinx. */
        NEW,
        /** Its body runs, or waits for its turn. */
        ACTIVE,
        /** Its body has ended, and it waits for its tasks. */
        JOINING,
        /** It has been cancelled, and cleans up. */
        CANCELLING
    }

    private static final String INDENT = "  ";

    /** Copies the list. */
    public TaskInfo {
        Objects.requireNonNull(state, "state");
        tasks = List.copyOf(tasks);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        appendTo(text, "");
        return text.toString();
    }

    private void appendTo(StringBuilder text, String indent) {
        text.append(indent).append(name == null ? "a task without a name" : name);
        text.append(" (").append(state.name().toLowerCase(Locale.ROOT));
        if (runningFor != null) {
            text.append(", ").append(runningFor.toMillis()).append(" ms");
        }
        text.append(')');
        for (TaskInfo task : tasks) {
            task.appendTo(text.append('\n'), indent + INDENT);
        }
    }
}
