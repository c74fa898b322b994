/**
 * A key-value server that speaks the Redis protocol, written as a mixed-language service is. Kotlin, with suspend
 * functions: connections, the RESP2 codec, publish/subscribe. Java, on the fluent facade: the command table
 * ({@link io.duotone.examples.kv.CommandTable}) and the store with expiry ({@link io.duotone.examples.kv.Store}). Start
 * reading at {@code KvServer} for the one half and at {@code CommandTable} for the other.
 */
@NullMarked
package io.duotone.examples.kv;

import org.jspecify.annotations.NullMarked;
