package io.duotone.coroutines.net.tls

import io.duotone.coroutines.net.SeededStream

/** Breaks a rule on purpose: TLS works over any stream and imports nothing from `net`, a package of its own layer. */
internal class SeededTls(val stream: SeededStream)
