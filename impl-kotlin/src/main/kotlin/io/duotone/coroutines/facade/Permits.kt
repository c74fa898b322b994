package io.duotone.coroutines.facade

import io.duotone.Task
import io.duotone.spi.Context
import io.duotone.sync.Permit
import java.util.Objects
import java.util.concurrent.Callable
import java.util.concurrent.CompletionStage
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn

/** What gives permits. */
internal interface PermitSource {
    /** [permits] of them come back. */
    fun giveBack(permits: Int)

    /** How many tasks of Java wait here. */
    val waiting: AtomicInteger
}

/** The value is whether it is held. */
internal class HeldPermit(private val source: PermitSource, private val permits: Int) :
    AtomicBoolean(true),
    Permit {
    override fun isHeld(): Boolean = get()

    override fun close() {
        if (getAndSet(false)) source.giveBack(permits)
    }

    override fun toString(): String = "Permit(${if (get()) "held" else "given back"}, $source)"
}

/** A wait for permits, which are given back when they come for a task that has been cancelled. */
internal class PermitTask(face: JavaRuntime, private val source: PermitSource, private val permits: Int) : WaitTask<Any?>(face) {
    override fun completeWith(result: Any?): Boolean {
        val permit = HeldPermit(source, permits)
        if (!succeed(permit)) permit.close()
        return true
    }

    override fun waitBegins() {
        source.waiting.incrementAndGet()
    }

    override fun waitEnded() {
        source.waiting.decrementAndGet()
    }

    @Suppress("UNCHECKED_CAST")
    fun asPermit(): Task<Permit> = this as Task<Permit>
}

/** Calls [body] between [acquire] and [release], with the context of whoever called this. */
internal fun <T> guarded(
    name: String,
    body: Callable<out CompletionStage<out T>>,
    acquire: suspend () -> Unit,
    release: () -> Unit,
): Task<T> {
    Objects.requireNonNull(body, "body")
    val caller = Context.current()
    val call: suspend () -> T = {
        acquire()
        try {
            val stage = if (caller == null) body.call() else caller.within { body.call() }
            @Suppress("UNCHECKED_CAST")
            (Objects.requireNonNull(stage, "the body returned null instead of a stage") as CompletionStage<T>).await()
        } finally {
            release()
        }
    }
    return RuntimeCallTask<T>(currentFace(), name).begin { call.startCoroutineUninterceptedOrReturn(it) }
}
