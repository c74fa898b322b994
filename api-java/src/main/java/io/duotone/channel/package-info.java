/**
 * Messages from coroutine to coroutine (rows T37-T39, S41, S42, C22): start at {@link io.duotone.channel.Channel}. None of these
 * belongs to a runtime: they are made anywhere, also in a static field, and each wait belongs to the runtime of the calling
 * thread, or to the shared one outside of any.
 */
@NullMarked
package io.duotone.channel;

import org.jspecify.annotations.NullMarked;
