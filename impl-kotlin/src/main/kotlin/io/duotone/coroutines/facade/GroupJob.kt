package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Coroutine
import io.duotone.ScopeOptions
import io.duotone.ScopePolicy
import io.duotone.Task
import io.duotone.coroutines.reason
import io.duotone.coroutines.scope.FailureGoesTo
import io.duotone.coroutines.scope.MemberCount
import io.duotone.coroutines.scope.MemberStarter
import io.duotone.spi.ContextValues
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.InternalCoroutinesApi
import java.lang.invoke.MethodHandles
import java.lang.invoke.VarHandle
import java.util.Collections
import kotlin.coroutines.CoroutineContext

/**
 * The task of many coroutines spawned together. They start in one scope, that of the group, and each costs one small object. All run to
 * their end, whatever comes of the others, and so do the tasks they spawn (row C3).
 *
 * | field | written by | read by | guard or mode |
 * |---|---|---|---|
 * | slots[i] | at first coroutine i; when it starts, its member; when it ends, its value | the member; [stop]; the result | see below |
 *
 * A member stores itself with a release, before it looks whether the group was cancelled; [stop] runs after the group was cancelled and
 * loads with acquire. So one of the two sees the other: a member that [stop] does not find finds the group cancelled. Values are plain,
 * published by the count of the members.
 */
@OptIn(InternalCoroutinesApi::class)
internal class GroupJob<T, R>(
    runtime: JavaRuntime,
    parent: CoroutineContext,
    private val slots: Array<Any?>,
    values: ContextValues,
    private val resultOf: (List<T>) -> R,
) : TaskJob<R>(runtime, parent, FailureGoesTo.PARENT, options = COLLECT, values = values) {
    private val members = object : MemberCount(slots.size) {
        override fun ended() {
            membersEnded()
        }
    }

    fun spawn(): Task<R> {
        if (attach()) {
            MemberStarter(slots.size, context, face.dispatcherOf(context)) { Member(it).begin() }.start()
            if (members.allQueued()) membersEnded()
        }
        return task
    }

    private fun membersEnded() {
        @Suppress("UNCHECKED_CAST")
        membersEnded { resultOf(Collections.unmodifiableList(slots.asList()) as List<T>) }
    }

    override fun stop(reason: CancelReason) {
        for (index in slots.indices) {
            val found = SLOTS.getAcquire(slots, index)
            if (found is GroupJob<*, *>.Member) found.stop(reason)
        }
    }

    private inner class Member(private val index: Int) : StageFollower<T>() {

        fun begin() {
            if (!isActive) return failed(getCancellationException())
            @Suppress("UNCHECKED_CAST")
            val coroutine = slots[index] as Coroutine<T>
            SLOTS.setRelease(slots, index, this)
            start(coroutine, scope)
        }

        override fun stopReason(): CancelReason? = if (isCancelled) getCancellationException().reason else null

        override fun returned(value: T) {
            slots[index] = value
            members.finishedOne()
        }

        override fun failed(failure: Throwable) {
            // Cancellation of members is what the group's own job reports.
            if (failure !is CancellationException || !isCancelled) memberFailed(failure)
            members.finishedOne()
        }

        override fun uncaught(failure: Throwable) {
            runtime.reportUncaught(this@GroupJob.toString(), failure)
        }
    }

    private companion object {
        val COLLECT: ScopeOptions = ScopeOptions.defaults().policy(ScopePolicy.COLLECT)
        val SLOTS: VarHandle = MethodHandles.arrayElementVarHandle(Array<Any?>::class.java)
    }
}
