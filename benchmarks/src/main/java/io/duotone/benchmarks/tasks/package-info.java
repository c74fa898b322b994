/** One million tasks that each yield once. */
@NullMarked
package io.duotone.benchmarks.tasks;

import org.jspecify.annotations.NullMarked;
