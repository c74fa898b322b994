/**
 * What an implementation of the runtime provides to this module: {@link io.duotone.spi.DuotoneProvider}, found by
 * {@link java.util.ServiceLoader}. Applications never call anything here.
 */
@NullMarked
package io.duotone.spi;

import org.jspecify.annotations.NullMarked;
