@file:JvmName("Sockets")

package io.duotone.coroutines.facade

import io.duotone.net.TcpListener
import io.duotone.net.TcpStream
import io.duotone.coroutines.net.TcpListener as KotlinListener
import io.duotone.coroutines.net.TcpStream as KotlinStream

/** The Java face of this stream: always the same object, and [asKotlin] gives this one back. */
public fun KotlinStream.asJava(): TcpStream = otherFace.orMake { JavaTcpStream(this) }

/** The Kotlin face of this stream: always the same object, and [asJava] gives this one back. */
public fun TcpStream.asKotlin(): KotlinStream = requireNotNull(this as? JavaTcpStream) { "not a stream of this library: $this" }.kotlin

/** The Java face of this listener: always the same object, and [asKotlin] gives this one back. */
public fun KotlinListener.asJava(): TcpListener = otherFace.orMake { JavaTcpListener(this) }

/** The Kotlin face of this listener: always the same object, and [asJava] gives this one back. */
public fun TcpListener.asKotlin(): KotlinListener =
    requireNotNull(this as? JavaTcpListener) { "not a listener of this library: $this" }.kotlin
