package io.duotone;

import io.duotone.spi.Failures;
import java.util.List;

/**
 * All failures of a scope or a group, where {@link ErrorShape} asks for that (row C3). The cause is the first failure,
 * the others are suppressed. Cancellations are not among them: they are no failures.
 */
public final class TaskGroupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Throwable[] failures;

    /**
     * Made by scopes.
     *
     * @param scope what failed, for the message
     * @param failures at least one, in the order in which they happened
     */
    public TaskGroupException(String scope, List<? extends Throwable> failures) {
        super(
                scope + " failed: " + count(failures) + ", the first is " + Failures.describe(failures.get(0)),
                failures.get(0));
        this.failures = failures.toArray(Throwable[]::new);
        for (Throwable other : failures.subList(1, failures.size())) {
            addSuppressed(other);
        }
    }

    private static String count(List<?> failures) {
        if (failures.isEmpty()) {
            throw new IllegalArgumentException("a group without failures has not failed");
        }
        return failures.size() == 1 ? "1 failure" : failures.size() + " failures";
    }

    /** The failures in the order in which they happened; not empty, unmodifiable. */
    public List<Throwable> failures() {
        return List.of(failures);
    }
}
