@file:JvmName("Resolver")

package io.duotone.coroutines.net

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.blocking.blocking
import kotlinx.coroutines.CancellationException
import java.net.InetAddress

/**
 * The addresses of a host. The look-up is a task of the runtime itself, since it cannot be interrupted: a caller that is cancelled
 * does not wait for it.
 */
internal suspend fun resolve(host: String, runtime: DuotoneRuntime): List<InetAddress> {
    if (isLiteral(host)) return InetAddress.getAllByName(host).asList()
    val lookUp = runtime.spawn("look up $host") { blocking { InetAddress.getAllByName(host) } }
    try {
        return lookUp.await().asList()
    } catch (cancellation: CancellationException) {
        lookUp.cancel(cancellation)
        throw cancellation
    }
}

/** Whether the JDK takes the host for an address, which it parses without asking anybody. */
private fun isLiteral(host: String): Boolean =
    ':' in host ||
        host.split('.').let { parts -> parts.size == 4 && parts.all { it.length in 1..3 && it.all(Char::isDigit) && it.toInt() < 256 } }
