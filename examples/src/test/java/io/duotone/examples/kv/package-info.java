@NullMarked
package io.duotone.examples.kv;

import org.jspecify.annotations.NullMarked;
