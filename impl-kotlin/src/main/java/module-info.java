/** The engine and the suspend API of Duotone. The engine's packages are not exported. */
module io.duotone.coroutines {
    requires transitive io.duotone.api;
    requires transitive kotlin.stdlib;
    requires transitive kotlinx.coroutines.core;
    requires static org.jspecify;

    exports io.duotone.coroutines;
    exports io.duotone.coroutines.blocking;
    exports io.duotone.coroutines.channel;
    exports io.duotone.coroutines.context;
    exports io.duotone.coroutines.facade;
    exports io.duotone.coroutines.io;
    exports io.duotone.coroutines.net;
    exports io.duotone.coroutines.sync;
    exports io.duotone.coroutines.time;

    provides io.duotone.spi.DuotoneProvider with
            io.duotone.coroutines.facade.KotlinDuotoneProvider;
}
