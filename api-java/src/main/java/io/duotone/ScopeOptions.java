package io.duotone;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options of a scope (rows R1, C2, C3). Immutable: each method that takes a value returns a copy with that value.
 *
 * <pre>{@code
 * scope.fork(ScopeOptions.defaults().named("uploads").policy(COLLECT).timeout(ofSeconds(5)), uploads);
 * }</pre>
 *
 * @param name for reasons, dumps and logs; null for none
 * @param policy what the outcome of a child means for the scope
 * @param errors what the scope throws when it has failed
 * @param timeout how long the scope may take from its beginning, cleanup not included; more than zero, or null for no
 *     limit. When it is over, the scope fails with a {@link java.util.concurrent.TimeoutException} (rows R17, C10)
 * @param awaitedContained whether the failure of a child that somebody awaits goes to the awaiters alone, as if the child
 *     were {@linkplain TaskOptions#contained() contained} (rows R8, C17)
 */
public record ScopeOptions(
        @Nullable String name,
        ScopePolicy policy,
        ErrorShape errors,
        @Nullable Duration timeout,
        boolean awaitedContained) {
    private static final ScopeOptions DEFAULTS =
            new ScopeOptions(null, ScopePolicy.FAIL_FAST, ErrorShape.FIRST, null, false);

    /** Checks the ranges. */
    public ScopeOptions {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(errors, "errors");
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("the timeout of a scope must be more than zero, but is " + timeout
                    + ": leave it out for a scope without one");
        }
    }

    /** No name, {@link ScopePolicy#FAIL_FAST}, {@link ErrorShape#FIRST}, no timeout. */
    public static ScopeOptions defaults() {
        return DEFAULTS;
    }

    /** See {@link ScopeOptions#name}. */
    public ScopeOptions named(String name) {
        return new ScopeOptions(Objects.requireNonNull(name, "name"), policy, errors, timeout, awaitedContained);
    }

    /** See {@link ScopeOptions#policy}. */
    public ScopeOptions policy(ScopePolicy policy) {
        return new ScopeOptions(name, policy, errors, timeout, awaitedContained);
    }

    /** See {@link ScopeOptions#errors}. */
    public ScopeOptions errors(ErrorShape errors) {
        return new ScopeOptions(name, policy, errors, timeout, awaitedContained);
    }

    /** See {@link ScopeOptions#timeout}. */
    public ScopeOptions timeout(Duration timeout) {
        return new ScopeOptions(name, policy, errors, Objects.requireNonNull(timeout, "timeout"), awaitedContained);
    }

    /** See {@link ScopeOptions#awaitedContained}. */
    public ScopeOptions awaitedContained(boolean awaitedContained) {
        return new ScopeOptions(name, policy, errors, timeout, awaitedContained);
    }
}
