/** Work that is repeated in rounds inside one process, and the processes that time it. */
@NullMarked
package io.duotone.benchmarks.rounds;

import org.jspecify.annotations.NullMarked;
