package io.duotone.examples

import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor

/** A thread for each command: a client that blocks must not wait for another, as it does in a common pool of one thread. */
private val OWN_THREAD = Executor { command -> Thread(command, "test-client").apply { isDaemon = true }.start() }

/** Runs [body] on a thread of its own. */
internal fun <T> onOwnThread(body: () -> T): CompletableFuture<T> = CompletableFuture.supplyAsync(body, OWN_THREAD)
