package io.duotone.coroutines.facade

import io.duotone.Coroutine
import io.duotone.Duotone
import io.duotone.Task
import kotlin.coroutines.Continuation
import kotlin.coroutines.intrinsics.startCoroutineUninterceptedOrReturn

/**
 * Suspend functions called from Java, without generated code: the lambda gets the continuation that every suspend function takes last.
 *
 * ```java
 * Task<User> user = Suspending.task(duotone, k -> users.load(id, k));
 * ```
 *
 * **Cancellation**: cancelling the task cancels the coroutine, and the reason arrives there. A result that comes nevertheless is dropped,
 * and closed when it is [AutoCloseable].
 *
 * **Errors**: what the function throws, as it is. A failure that reaches no dependent stage is given to the uncaught handler (row C18).
 *
 * **Threads**: the function begins on the calling thread and goes on, after its first wait, on the runtime, with the context values of the
 * calling code (row C28).
 */
public object Suspending {
    /**
     * Calls a suspend function at once and gives its result as a task of the runtime itself, which lives until it ends, is cancelled, or
     * the runtime closes. Hot (row C13).
     */
    @JvmStatic
    public fun <T> task(duotone: Duotone, call: (Continuation<T>) -> Any?): Task<T> = begin(duotone, null, call)

    /** As the form without a name; [name] is for reasons, dumps and logs. */
    @JvmStatic
    public fun <T> task(duotone: Duotone, name: String, call: (Continuation<T>) -> Any?): Task<T> = begin(duotone, name, call)

    private fun <T> begin(duotone: Duotone, name: String?, call: (Continuation<T>) -> Any?): Task<T> {
        val runtime = duotone.javaRuntime
        runtime.kotlin.checkOpen()
        return RuntimeCallTask<T>(runtime, name).begin { call.asSuspending().startCoroutineUninterceptedOrReturn(it) }
    }

    /** The call of a suspend function as a coroutine. Each start calls it anew, as a task of the scope it is started in. Lazy (row C13). */
    @JvmStatic
    public fun <T> coroutine(call: (Continuation<T>) -> Any?): Coroutine<T> =
        Coroutine { scope -> scope.javaScope.call(null, call.asSuspending()) }

    /** As the form without a name; [name] is for reasons, dumps and logs. */
    @JvmStatic
    public fun <T> coroutine(name: String, call: (Continuation<T>) -> Any?): Coroutine<T> =
        Coroutine { scope -> scope.javaScope.call(name, call.asSuspending()) }

    /** In the class file the two are one type. */
    @Suppress("UNCHECKED_CAST")
    private fun <T> ((Continuation<T>) -> Any?).asSuspending(): suspend () -> T = this as suspend () -> T
}
