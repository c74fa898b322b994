/**
 * Races of a few instructions: the completion of a {@link io.duotone.Task} against its cancellation, and the hand-over of
 * what a coroutine waits for against the cancellation of the wait. {@code jcstress/run} runs them; {@code jcstress/run -m
 * quick} for longer.
 */
@NullMarked
package io.duotone.jcstress;

import org.jspecify.annotations.NullMarked;
