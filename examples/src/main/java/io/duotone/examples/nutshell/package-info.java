/** The same program in the three notations; start with {@link io.duotone.examples.nutshell.Nutshell}. */
@NullMarked
package io.duotone.examples.nutshell;

import org.jspecify.annotations.NullMarked;
