package io.duotone.coroutines.scope

import io.duotone.TaskInfo
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import java.time.Duration
import kotlin.coroutines.jvm.internal.CoroutineStackFrame

/** The children of [parent] that have not ended, and theirs. */
internal fun tasksIn(parent: Job): List<TaskInfo> = ArrayList<TaskInfo>().also { listInto(it, parent) }

private fun listInto(tasks: MutableList<TaskInfo>, parent: Job) {
    for (child in parent.children) {
        when {
            child.isCompleted -> Unit
            isFrame(child) -> listInto(tasks, child)
            else -> tasks += TaskInfo(nameOf(child, parent), stateOf(child), (child as? ScopeJob<*>)?.runningFor(), tasksIn(child))
        }
    }
}

/** A part of the code that its parent runs, and nothing that anybody has given a name. */
private fun isFrame(child: Job): Boolean = if (child is ScopeJob<*>) child.isOfBody && child.name == null else child is CoroutineStackFrame

/** One that was inherited is the parent's, and no name of this task. */
private fun nameOf(task: Job, parent: Job): String? =
    if (task is ScopeJob<*>) task.name else task.ownName()?.takeIf { it !== parent.ownName() }?.name

private fun Job.ownName(): CoroutineName? = (this as? CoroutineScope)?.coroutineContext?.get(CoroutineName)

private fun stateOf(task: Job): TaskInfo.State = when {
    task.isCancelled -> TaskInfo.State.CANCELLING
    !task.isActive -> TaskInfo.State.NEW
    task is ScopeJob<*> && task.hasBodyEnded -> TaskInfo.State.JOINING
    else -> TaskInfo.State.ACTIVE
}

private fun ScopeJob<*>.runningFor(): Duration = Duration.ofNanos((runtime.platform.nanoTime() - startedAt).coerceAtLeast(0))
