/** One million sleeps. */
@NullMarked
package io.duotone.benchmarks.sleeps;

import org.jspecify.annotations.NullMarked;
