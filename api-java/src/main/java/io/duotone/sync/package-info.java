/**
 * What coroutines wait for together (rows T9, T32-T36, Y19, Y21-Y23, S38-S40, C19-C21): start at {@link io.duotone.sync.Lock},
 * {@link io.duotone.sync.Semaphore}, {@link io.duotone.sync.Event} or {@link io.duotone.sync.Barrier}. None of these belongs to a runtime:
 * they are made anywhere, also in a static field, and each wait belongs to the runtime of the calling thread, or to the shared one outside
 * of any. A {@link io.duotone.sync.RateLimiter} alone has a clock, and so a runtime.
 */
@NullMarked
package io.duotone.sync;

import org.jspecify.annotations.NullMarked;
