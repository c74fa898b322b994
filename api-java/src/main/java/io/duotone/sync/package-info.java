/**
 * What coroutines wait for together (rows T9, T32-T36, Y19, Y21-Y23, S38-S40, C19-C21): start at {@link io.duotone.sync.Lock},
 * {@link io.duotone.sync.Semaphore} or {@link io.duotone.sync.Event}. None of these belongs to a runtime: they are made anywhere, also in
 * a static field, and each wait belongs to the runtime of the calling thread, or to the shared one outside of any.
 */
@NullMarked
package io.duotone.sync;

import org.jspecify.annotations.NullMarked;
