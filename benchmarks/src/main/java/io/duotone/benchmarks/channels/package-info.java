/** The Java side of the channel cases. */
@NullMarked
package io.duotone.benchmarks.channels;

import org.jspecify.annotations.NullMarked;
