@file:JvmName("LazyJobs")

package io.duotone.coroutines.context

import kotlinx.coroutines.Job
import kotlin.coroutines.CoroutineContext

/** A context that makes its job at the first look-up of one. Whoever only wants to know whether the job is active asks here. */
internal interface LazyJobContext : CoroutineContext {
    val isJobActive: Boolean
}

/** Whether the coroutine of this context may go on; true when it has no job. Makes no job where there is none yet. */
internal val CoroutineContext.isJobActive: Boolean
    get() = if (this is LazyJobContext) isJobActive else this[Job]?.isActive != false
