/**
 * The contracts of byte streams: {@link io.duotone.io.ByteSource}, {@link io.duotone.io.ByteSink} and both in one,
 * {@link io.duotone.io.ByteStream}. Everything that carries bytes implements them.
 */
@NullMarked
package io.duotone.io;

import org.jspecify.annotations.NullMarked;
