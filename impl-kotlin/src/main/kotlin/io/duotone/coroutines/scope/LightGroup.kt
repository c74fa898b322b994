package io.duotone.coroutines.scope

import io.duotone.coroutines.engine.platform.hasThreadContextElements
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.job
import kotlin.coroutines.Continuation
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.coroutineContext
import kotlin.coroutines.intrinsics.COROUTINE_SUSPENDED
import kotlin.coroutines.intrinsics.createCoroutineUnintercepted
import kotlin.coroutines.intrinsics.intercepted
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn
import kotlin.coroutines.intrinsics.suspendCoroutineUninterceptedOrReturn
import kotlin.coroutines.resume

/**
 * Many members under one job: that of the coroutine which runs the group. A member has no job of its own, so starting one costs
 * one small object.
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | slots[i] | at first block i; when it ends, its value | member i; the group's coroutine | plain; published by the queues and the count |
 * | failure | failing members | the group's coroutine | see its class |
 */
internal class LightGroup<T> private constructor(
    private val slots: Array<Any?>,
    context: CoroutineContext,
    private val waiter: Continuation<Unit>,
) : MemberCount(slots.size),
    MemberBegin {
    val context: CoroutineContext = MemberContext(context)
    val job: Job = context.job
    private val failure = Failures()

    fun finish(index: Int, result: Result<T>) {
        result.fold({ slots[index] = it }) {
            slots[index] = null
            fail(it)
        }
        finishedOne()
    }

    override fun ended() {
        waiter.intercepted().resume(Unit)
    }

    private fun fail(cause: Throwable) {
        // Cancellation of members is what the group's own job reports.
        if (cause is CancellationException && job.isCancelled) return
        failure.add(cause)
    }

    /** Starts all members, or sees to it that they are started; whether all have finished already. */
    private fun start(): Boolean {
        val dispatcher = plainDispatcher()
        if (dispatcher != null) {
            MemberStarter(slots.size, context, dispatcher, this).start()
        } else {
            for (index in slots.indices) LightMember(this, index).beginIntercepted(asBlock(slots[index]))
        }
        return allQueued()
    }

    /** Null when there is an interceptor of another kind, or thread context elements, which are its business, or nothing to dispatch. */
    private fun plainDispatcher(): CoroutineDispatcher? = (context[ContinuationInterceptor] as? CoroutineDispatcher)?.takeIf {
        it.isDispatchNeeded(context) && !context.hasThreadContextElements
    }

    override fun begin(index: Int) {
        if (job.isActive) {
            LightMember(this, index).begin(asBlock(slots[index]))
        } else {
            finish(index, Result.failure(CancellationException("the group was cancelled before this member began")))
        }
    }

    /** The results, or what went wrong. The job is asked last: members that never began have left no result. */
    @Suppress("UNCHECKED_CAST")
    private fun outcome(): List<T> {
        failure.throwIfAny()
        context.ensureActive()
        return slots.asList() as List<T>
    }

    companion object {
        /** Runs all blocks in the context of the calling coroutine and returns when the last has ended. */
        suspend fun <T> run(blocks: Collection<suspend () -> T>): List<T> {
            lateinit var group: LightGroup<T>
            val context = coroutineContext
            context.ensureActive()
            val slots = slotsOf(blocks)
            suspendCoroutineUninterceptedOrReturn { waiter ->
                group = LightGroup(slots, context, waiter)
                if (group.start()) Unit else COROUTINE_SUSPENDED
            }
            return group.outcome()
        }

        /** An array of the group's own, in which values will take the place of blocks. */
        private fun slotsOf(blocks: Collection<*>): Array<Any?> {
            val slots = arrayOfNulls<Any?>(blocks.size)
            var count = 0
            for (block in blocks) {
                if (count == slots.size) throw resized()
                slots[count++] = block
            }
            if (count < slots.size) throw resized()
            return slots
        }

        private fun resized() = ConcurrentModificationException("the collection of blocks changed its size while it was read")
    }
}

/** One member: the completion that its block runs under. */
private class LightMember<T>(private val group: LightGroup<T>, private val index: Int) : Continuation<T> {
    override val context: CoroutineContext get() = group.context

    fun begin(block: suspend () -> T) {
        val result = runCatching { startBlock(block, this) }
        if (result.getOrNull() !== COROUTINE_SUSPENDED) {
            @Suppress("UNCHECKED_CAST")
            group.finish(index, result as Result<T>)
        }
    }

    /** As [begin], through the interceptor of the context, which does not look whether the job is still active. */
    fun beginIntercepted(block: suspend () -> T) {
        val checked: suspend () -> T = {
            context.ensureActive()
            block()
        }
        checked.createCoroutineUnintercepted(this).intercepted().resume(Unit)
    }

    override fun resumeWith(result: Result<T>) {
        group.finish(index, result)
    }
}

/** Waits for all, whatever comes of them; then throws the first failure with the others suppressed in it. */
internal suspend fun joinAllOutcomes(vararg tasks: Deferred<*>) {
    val failure = Failures()
    for (task in tasks) task.invokeOnCompletion { cause -> if (cause != null) failure.add(cause) }
    for (task in tasks) task.join()
    failure.throwIfAny()
}
