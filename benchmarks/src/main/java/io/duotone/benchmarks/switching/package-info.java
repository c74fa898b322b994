/** Ping-pong, yields and many-to-many channels. */
@NullMarked
package io.duotone.benchmarks.switching;

import org.jspecify.annotations.NullMarked;
