package io.duotone.spi;

import java.util.ServiceLoader;

/** Holder of the provider that {@link ServiceLoader} found, looked up at the first use. */
final class InstalledProvider {
    static final DuotoneProvider INSTANCE = ServiceLoader.load(
                    DuotoneProvider.class, DuotoneProvider.class.getClassLoader())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(
                    "no Duotone implementation found: add io.duotone:duotone-kotlin to the run-time class path"));

    private InstalledProvider() {}
}
