@file:OptIn(InternalCoroutinesApi::class, InternalForInheritanceCoroutinesApi::class)

package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.scheduler.shutdownCancellation
import kotlinx.coroutines.AbstractCoroutine
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableJob
import kotlinx.coroutines.InternalCoroutinesApi
import kotlinx.coroutines.InternalForInheritanceCoroutinesApi
import kotlinx.coroutines.Job
import java.util.concurrent.atomic.AtomicReferenceArray
import kotlin.coroutines.EmptyCoroutineContext
import kotlin.coroutines.resume

/**
 * The job of a call that is a task of the runtime itself, registered in [PendingCalls] from its beginning until it has completed. It
 * completes with the coroutine and its children, not when it is cancelled. It becomes a child of the runtime's job when the runtime closes.
 *
 * | field | written by | read by | guard |
 * |---|---|---|---|
 * | isAttached | whoever attaches it | same | this |
 */
internal open class PendingCallJob(private val block: AtomicReferenceArray<PendingCallJob?>, slot: Int) :
    AbstractCoroutine<Unit>(EmptyCoroutineContext, initParentJob = false, active = true),
    CompletableJob {
    // With this the object is as small as it gets: 32 bytes.
    private val slot = slot.toShort()
    private var isAttached = false

    /** Makes it a child of the runtime's job, once. When that has ended already this is cancelled. */
    fun attachTo(roots: Job) {
        val isFirst = synchronized(this) { !isAttached.also { isAttached = true } }
        if (!isFirst) return
        if (roots.isCompleted) cancel(shutdownCancellation())
        initParentJob(roots)
    }

    override fun afterCompletion(state: Any?) {
        block.setRelease(slot.toInt(), null)
    }

    override fun complete(): Boolean = end(Result.success(Unit))

    override fun completeExceptionally(exception: Throwable): Boolean = end(Result.failure(exception))

    private fun end(result: Result<Unit>): Boolean = try {
        resumeWith(result)
        true
    } catch (_: IllegalStateException) {
        false // It has ended before.
    }

    /** The failure of a child cancels this, and is the child's to report: nobody looks at what comes of this job. */
    override fun childCancelled(cause: Throwable): Boolean = super.childCancelled(cause) && cause is CancellationException
}

/** As its task has a name, so it is called in the warning of a runtime that cannot close. */
internal class NamedCallJob(private val name: String, block: AtomicReferenceArray<PendingCallJob?>, slot: Int) :
    PendingCallJob(block, slot) {
    override fun toString(): String = "'$name'"
}
