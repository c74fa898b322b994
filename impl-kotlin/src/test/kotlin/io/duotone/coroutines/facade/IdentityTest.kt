package io.duotone.coroutines.facade

import io.duotone.Coroutine
import io.duotone.Duotone
import io.duotone.Scope
import io.duotone.Task
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.net.TcpListener
import io.duotone.coroutines.net.TcpStream
import io.duotone.coroutines.runDuotone
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.job
import java.lang.reflect.Proxy
import java.net.InetAddress
import java.net.InetSocketAddress
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.EmptyCoroutineContext

class IdentityTest :
    FunSpec({
        test("a runtime has one face in each language") {
            DuotoneRuntime().use { kotlin ->
                val java = kotlin.asJava()
                kotlin.asJava() shouldBeSameInstanceAs java
                java.asKotlin() shouldBeSameInstanceAs kotlin
                DuotoneRuntime.shared.asJava() shouldBeSameInstanceAs Duotone.shared()
            }
        }

        test("a Java scope has one face in each language; faces of one Kotlin scope are equal") {
            runDuotone {
                val kotlin = this
                val java = asJava()
                java shouldBe asJava()
                java.hashCode() shouldBe asJava().hashCode()
                java.asKotlin() shouldBeSameInstanceAs kotlin
                Coroutine { scope ->
                    scope.asKotlin().asJava() shouldBeSameInstanceAs scope
                    Task.completed(1)
                }.let { java.spawn(it) }.await()
            }
        }

        test("a stream and a listener have one face in each language") {
            runDuotone {
                TcpListener.listen(InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).use { listener ->
                    listener.asJava() shouldBeSameInstanceAs listener.asJava()
                    listener.asJava().asKotlin() shouldBeSameInstanceAs listener
                    val accepting = async { listener.accept() }
                    TcpStream.connect(listener.localAddress).use { stream ->
                        stream.asJava() shouldBeSameInstanceAs stream.asJava()
                        stream.asJava().asKotlin() shouldBeSameInstanceAs stream
                    }
                    accepting.await().close()
                }
            }
        }

        test("C29 what is not ours is refused") {
            fun <T : Any> stranger(type: Class<T>): T =
                type.cast(
                    Proxy.newProxyInstance(type.classLoader, arrayOf(type)) { _, method, _ ->
                        if (method.name ==
                            "toString"
                        ) {
                            "stranger"
                        } else {
                            null
                        }
                    }
                )
            shouldThrow<IllegalArgumentException> { stranger(Duotone::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(Scope::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(io.duotone.net.TcpStream::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(io.duotone.net.TcpListener::class.java).asKotlin() }
        }

        test("a call makes its job at the first look-up of one, and taken apart it is a context like any other") {
            DuotoneRuntime().use { runtime ->
                val call = CallTask<Int>(runtime.asJava() as JavaRuntime)
                val job = call[Job]
                call[Job] shouldBeSameInstanceAs job
                call.job shouldBeSameInstanceAs job
                call[ContinuationInterceptor] shouldBeSameInstanceAs runtime.dispatcher
                call.minusKey(Job)[Job] shouldBe null
                call.minusKey(ContinuationInterceptor)[ContinuationInterceptor] shouldBe null
                call.minusKey(ContinuationInterceptor)[Job] shouldBeSameInstanceAs job
                (call + EmptyCoroutineContext) shouldBeSameInstanceAs call
                (call + Job())[ContinuationInterceptor] shouldBeSameInstanceAs runtime.dispatcher
                call.fold(emptySet<Any>()) { keys, element -> keys + element.key }.contains(Job) shouldBe true
            }
        }
    })
