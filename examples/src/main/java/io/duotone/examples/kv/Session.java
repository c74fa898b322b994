package io.duotone.examples.kv;

import org.jspecify.annotations.Nullable;

/**
 * A client's connection, as commands see it. Implemented by the Kotlin half.
 *
 * <p><b>Threads</b>: confined to the coroutine of the connection, as are its commands.
 */
public interface Session {
    /** The number of the connection, unique in the process. */
    long id();

    /** The number of the selected database. */
    int database();

    /** Selects a database; the number is in range. */
    void select(int database);

    /** The name the client gave itself, or null. */
    byte @Nullable [] name();

    /** Sets or, with null, takes away the name. */
    void rename(byte @Nullable [] name);

    /** What the connection is subscribed to. */
    Subscriptions subscriptions();

    /** Closes the connection once the reply to the current request is out; further requests are ignored. */
    void closeAfterReply();
}
