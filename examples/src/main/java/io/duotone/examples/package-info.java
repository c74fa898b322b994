/** What can be run with {@code ./duotone}. */
@NullMarked
package io.duotone.examples;

import org.jspecify.annotations.NullMarked;
