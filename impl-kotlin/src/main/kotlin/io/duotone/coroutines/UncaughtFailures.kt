package io.duotone.coroutines

import io.duotone.DuotoneOptions
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineName
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext

/** Where failures go that nobody can receive (row C18): to the handler of the options, else to the log, once each. */
internal class UncaughtFailures(private val options: DuotoneOptions) :
    AbstractCoroutineContextElement(CoroutineExceptionHandler),
    CoroutineExceptionHandler {

    override fun handleException(context: CoroutineContext, exception: Throwable) {
        report(context[CoroutineName]?.name ?: "a task without a name", exception)
    }

    fun report(task: String, failure: Throwable) {
        val handler = options.uncaught()
        if (handler == null) {
            LOG.log(System.Logger.Level.ERROR, "uncaught failure of $task on the runtime '${options.name()}'", failure)
            return
        }
        try {
            handler.accept(task, failure)
        } catch (second: Throwable) {
            second.addSuppressed(failure)
            LOG.log(System.Logger.Level.ERROR, "the uncaught handler of the runtime '${options.name()}' failed itself", second)
        }
    }

    fun warn(message: String) {
        LOG.log(System.Logger.Level.WARNING, "the runtime '${options.name()}': $message")
    }

    private companion object {
        val LOG: System.Logger = System.getLogger("io.duotone")
    }
}
