/** A raw TCP echo server, once in each language; start with {@link io.duotone.examples.echo.EchoMain}. */
@NullMarked
package io.duotone.examples.echo;

import org.jspecify.annotations.NullMarked;
