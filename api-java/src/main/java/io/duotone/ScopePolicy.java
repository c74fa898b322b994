package io.duotone;

/**
 * What the outcome of a child means for its scope (row C2). Whatever the policy: a failure of the scope's own body, its
 * timeout and its cancellation cancel all children; a {@linkplain TaskOptions#contained() contained} child concerns
 * nobody but its awaiters; a child that was cancelled by itself is no failure (row R9); and the scope ends only after
 * the cleanup of all its children.
 */
public enum ScopePolicy {
    /** The first failure cancels body and siblings, and is what the scope fails with (row R6). */
    FAIL_FAST,

    /**
     * A failure concerns the child alone: it goes to whoever awaits the child, and to the uncaught handler when nobody
     * does (row C18).
     */
    SUPERVISE,

    /** All children run to their end; then the scope fails if any of them did. */
    COLLECT,

    /**
     * The first child that succeeds closes the scope: the others are cancelled with a reason of kind
     * {@link CancelReason.Kind#SCOPE_CLOSED}, and a task spawned later does not start; the body goes on. Earlier
     * failures are dropped, later ones go to the uncaught handler. Without any success the scope fails as under
     * {@link #COLLECT}.
     */
    FIRST_SUCCESS
}
