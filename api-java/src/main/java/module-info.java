/** The Java face of Duotone: contracts, values, {@code Task} and the await tone. Depends on the JDK alone. */
@org.jspecify.annotations.NullMarked
module io.duotone.api {
    requires static transitive org.jspecify;

    exports io.duotone;
    exports io.duotone.channel;
    exports io.duotone.io;
    exports io.duotone.net;
    exports io.duotone.spi;
    exports io.duotone.sync;

    uses io.duotone.spi.DuotoneProvider;
}
