package io.duotone.spi;

import io.duotone.AsyncIterator;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The one way from this module to the runtime. Implemented by {@code duotone-kotlin}. */
public interface DuotoneProvider {
    /** The installed provider; {@link IllegalStateException} when none is on the class path. */
    static DuotoneProvider get() {
        return InstalledProvider.INSTANCE;
    }

    /** See {@link Duotone#start}. */
    Duotone start(DuotoneOptions options);

    /** See {@link Duotone#shared}. */
    Duotone shared();

    /** The runtime of the calling thread, or null outside of any; see {@link Duotone#current}. */
    @Nullable Duotone currentOrNull();

    /** See {@link Coroutine#memoized()}. */
    <T extends @Nullable Object> Coroutine<T> memoized(@Nullable String name, Coroutine<T> coroutine);

    /** See {@link AsyncIterator#from(Flow.Publisher, int)}. */
    <E> AsyncIterator<E> iterator(Flow.Publisher<? extends E> publisher, int batch);

    /** Sockets. */
    NetProvider net();

    /** What coroutines wait for together. */
    SyncProvider sync();

    /** Messages from coroutine to coroutine. */
    ChannelProvider channels();

    /** The await tone. */
    AwaitProvider await();
}
