/**
 * The heart of the Java face: {@link io.duotone.Duotone} is the runtime, {@link io.duotone.Coroutine} is lazy work,
 * {@link io.duotone.Scope} is the lifetime of started work, {@link io.duotone.Task} is started work, and
 * {@link io.duotone.Coroutines} holds the await tone. Start reading at {@code Duotone}.
 *
 * <p>May import nothing but the JDK and {@code io.duotone.spi}.
 */
@NullMarked
package io.duotone;

import org.jspecify.annotations.NullMarked;
