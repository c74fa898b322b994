package io.duotone.coroutines.facade

import io.duotone.CancelReason
import io.duotone.Scope
import io.duotone.Task
import io.duotone.coroutines.BodyThread
import io.duotone.spi.AwaitProvider
import java.util.concurrent.Callable

/** What the await tone needs of the runtime. */
internal object AwaitBodies : AwaitProvider {
    override fun <T> runBody(scope: Scope, body: Callable<T>): Task<T> = scope.javaScope.runBody(body)

    override fun checkMayBlock(call: String) {
        io.duotone.coroutines.checkMayBlock(call)
    }

    override fun cancelReasonOfCurrentBody(): CancelReason? = BodyThread.currentOrNull()?.reason
}
