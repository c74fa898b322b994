@file:JvmName("Tasks")

package io.duotone.coroutines

import io.duotone.TaskInfo
import io.duotone.coroutines.scope.tasksIn
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.job

/**
 * The tasks of this scope that have not ended, those started by kotlinx's `launch` and `async` among them, with what runs in each (row R24). A
 * `coroutineScope` or `withContext` is no task, and neither is a [taskScope] without a name: what runs in it is listed in its place. A look
 * in passing: each task is looked at for itself, while the others go on.
 *
 * **Errors**: [IllegalStateException] when the scope has no job.
 */
public fun CoroutineScope.tasks(): List<TaskInfo> = tasksIn(coroutineContext.job)
