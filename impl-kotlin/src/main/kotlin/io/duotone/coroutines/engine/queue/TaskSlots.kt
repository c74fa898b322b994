package io.duotone.coroutines.engine.queue

import io.duotone.coroutines.engine.platform.uncheckedCastTo
import java.lang.invoke.MethodHandle

/*
 * Tasks are kept in arrays of Any and read back without a cast.
 *
 * What would cost is the check against an interface: an array of Runnable makes it for every task stored, a cast for every task read.
 * Before JDK 23 it looks into a cache of one entry in the class of the task, which a check against another interface (Continuation,
 * CoroutineStackFrame, ...) overwrites. In a loop on JDK 17 over tasks of four classes that were checked against a second interface as
 * well, a push, a pop and a run took 65 ns of CPU with the cast at the pop and 28 ns without; on JDK 25, storing without the check saved 2
 * to 3 of 9 ns.
 */

private val AS_TASK: MethodHandle = uncheckedCastTo(Runnable::class.java)

/** [task] as what it is. Nothing is checked: calling it for anything but a Runnable or null fails later, at the call of its run. */
internal fun asTask(task: Any?): Runnable? = AS_TASK.invokeExact(task) as Runnable?
