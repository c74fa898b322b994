package io.duotone.coroutines.engine;

import org.jetbrains.lincheck.datastructures.Options;

/**
 * Lincheck calls a run hung after thirty seconds, its own rewriting of classes included, and a machine with other work
 * needs longer for that. The setting is internal to Lincheck's Kotlin, but not to its class files: hence Java.
 */
final class LincheckPatience {
    private static final long TIMEOUT_MILLIS = 240_000;

    private LincheckPatience() {}

    static <O extends Options<O, ?>> O grantedTo(Options<O, ?> options) {
        return options.invocationTimeout$lincheck(TIMEOUT_MILLIS);
    }
}
