package io.duotone;

import io.duotone.spi.DuotoneProvider;
import java.util.concurrent.Executor;

/** Runs commands on the runtime of the calling thread, outside of any on the shared one. */
final class CurrentRuntime {
    /** Looks the runtime up at each use, so that a task made by a static factory belongs to none. */
    static final Executor EXECUTOR = command -> {
        DuotoneProvider provider = DuotoneProvider.get();
        Duotone current = provider.currentOrNull();
        (current != null ? current : provider.shared()).executor().execute(command);
    };

    private CurrentRuntime() {}
}
