/** The cost of one call of the Java facade. */
@NullMarked
package io.duotone.benchmarks.facade;

import org.jspecify.annotations.NullMarked;
