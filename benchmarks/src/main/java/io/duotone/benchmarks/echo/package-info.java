/** TCP echo servers and the load generator they are measured with. */
@NullMarked
package io.duotone.benchmarks.echo;

import org.jspecify.annotations.NullMarked;
