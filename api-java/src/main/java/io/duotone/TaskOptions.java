package io.duotone;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a task is in its scope (row R4). Immutable: each method that takes a value, or says what the task shall be, returns
 * a copy; roles may be combined.
 *
 * <pre>{@code
 * scope.spawn(TaskOptions.defaults().named("heartbeat").background(), heartbeat);
 * }</pre>
 */
public final class TaskOptions {
    private static final TaskOptions DEFAULTS = new TaskOptions(null, false, false, false, null);

    private final @Nullable String name;
    private final boolean contained;
    private final boolean master;
    private final boolean background;
    private final @Nullable Duration cancelTimeout;

    private TaskOptions(
            @Nullable String name,
            boolean contained,
            boolean master,
            boolean background,
            @Nullable Duration cancelTimeout) {
        this.name = name;
        this.contained = contained;
        this.master = master;
        this.background = background;
        this.cancelTimeout = cancelTimeout;
    }

    /** A task without a name and without a role: the scope waits for it, and for its failure there is the policy. */
    public static TaskOptions defaults() {
        return DEFAULTS;
    }

    /** With a name for reasons, dumps and logs. */
    public TaskOptions named(String name) {
        return new TaskOptions(Objects.requireNonNull(name, "name"), contained, master, background, cancelTimeout);
    }

    /**
     * A failure stays in the task: whoever awaits it gets it, and the uncaught handler when nobody does within a second
     * (rows R7, C2, C18). The scope goes on.
     */
    public TaskOptions contained() {
        return new TaskOptions(name, true, master, background, cancelTimeout);
    }

    /**
     * The scope closes when this task ends, however it ends (row R10): the other tasks are cancelled with a reason of
     * kind {@link CancelReason.Kind#SCOPE_CLOSED}, and a task spawned later does not start. The body goes on, and its
     * result is that of the scope, unless this task failed and was not contained.
     */
    public TaskOptions master() {
        return new TaskOptions(name, contained, true, background, cancelTimeout);
    }

    /**
     * The scope does not wait for this task: when nothing else is left to wait for, it is cancelled with a reason of kind
     * {@link CancelReason.Kind#SCOPE_CLOSED}, and only its cleanup is waited for (row R11).
     */
    public TaskOptions background() {
        return new TaskOptions(name, contained, master, true, cancelTimeout);
    }

    /**
     * A task that has not ended this long after it was cancelled is reported once, as a warning that names it, its scope
     * and where its thread stands if it has one (rows R16, C5). The scope goes on waiting for it: nothing is hidden.
     *
     * @param cancelTimeout zero or more
     */
    public TaskOptions cancelTimeout(Duration cancelTimeout) {
        if (cancelTimeout.isNegative()) {
            throw new IllegalArgumentException("cancelTimeout must not be negative, but is " + cancelTimeout);
        }
        return new TaskOptions(name, contained, master, background, cancelTimeout);
    }

    /** See {@link #named}. */
    public @Nullable String name() {
        return name;
    }

    /** See {@link #contained()}. */
    public boolean isContained() {
        return contained;
    }

    /** See {@link #master()}. */
    public boolean isMaster() {
        return master;
    }

    /** See {@link #background()}. */
    public boolean isBackground() {
        return background;
    }

    /** See {@link #cancelTimeout(Duration)}; null for no report. */
    public @Nullable Duration cancelTimeout() {
        return cancelTimeout;
    }
}
