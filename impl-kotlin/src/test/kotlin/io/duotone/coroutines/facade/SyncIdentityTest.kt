package io.duotone.coroutines.facade

import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.sync.Barrier
import io.duotone.coroutines.sync.Condition
import io.duotone.coroutines.sync.CyclicBarrier
import io.duotone.coroutines.sync.Event
import io.duotone.coroutines.sync.ReadWriteLock
import io.duotone.coroutines.sync.WeightedSemaphore
import io.duotone.coroutines.sync.rateLimiter
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.Semaphore
import java.lang.reflect.Proxy
import kotlin.time.Duration.Companion.seconds
import io.duotone.sync.Barrier as JavaBarrierType
import io.duotone.sync.Condition as JavaConditionType
import io.duotone.sync.CyclicBarrier as JavaCyclicBarrierType
import io.duotone.sync.Event as JavaEventType
import io.duotone.sync.Lock as JavaLockType
import io.duotone.sync.RateLimiter as JavaRateLimiterType
import io.duotone.sync.ReadWriteLock as JavaReadWriteLockType
import io.duotone.sync.Semaphore as JavaSemaphoreType

/** What has a face in each language keeps it, and what is made in one language is the same thing in the other. */
internal class SyncIdentityTest :
    FunSpec({
        test("C20 C29 ours have one face in each language") {
            val event = Event()
            event.asJava() shouldBeSameInstanceAs event.asJava()
            event.asJava().asKotlin() shouldBeSameInstanceAs event
            val barrier = Barrier(1)
            barrier.asJava() shouldBeSameInstanceAs barrier.asJava()
            barrier.asJava().asKotlin() shouldBeSameInstanceAs barrier
            val cyclic = CyclicBarrier(1)
            cyclic.asJava() shouldBeSameInstanceAs cyclic.asJava()
            cyclic.asJava().asKotlin() shouldBeSameInstanceAs cyclic
            val readWrite = ReadWriteLock()
            readWrite.asJava() shouldBeSameInstanceAs readWrite.asJava()
            readWrite.asJava().asKotlin() shouldBeSameInstanceAs readWrite
            readWrite.asJava().reading() shouldBeSameInstanceAs readWrite.asJava().reading()
            val condition = Condition(Mutex())
            condition.asJava() shouldBeSameInstanceAs condition.asJava()
            condition.asJava().asKotlin() shouldBeSameInstanceAs condition
            DuotoneRuntime().use { runtime ->
                val limiter = runtime.rateLimiter(1, 1.seconds)
                limiter.asJava() shouldBeSameInstanceAs limiter.asJava()
                limiter.asJava().asKotlin() shouldBeSameInstanceAs limiter
            }
        }

        test("C20 C29 those of kotlinx keep their face as long as somebody holds it, whichever came first") {
            val mutex = Mutex()
            val lock = mutex.asJava()
            mutex.asJava() shouldBeSameInstanceAs lock
            lock.asKotlin() shouldBeSameInstanceAs mutex
            val made = JavaLockType.create()
            made.asKotlin().asJava() shouldBeSameInstanceAs made
            val semaphore = Semaphore(2)
            val face = semaphore.asJava()
            semaphore.asJava() shouldBeSameInstanceAs face
            face.asKotlin() shouldBeSameInstanceAs semaphore
            val weighted = JavaSemaphoreType.create(2)
            weighted.asKotlin().shouldBeInstanceOf<WeightedSemaphore>().asJava() shouldBeSameInstanceAs weighted
        }

        test("C20 what is taken in one language is taken in the other") {
            val mutex = Mutex()
            mutex.asJava().orThrow().use { mutex.isLocked shouldBe true }
            mutex.isLocked shouldBe false
            val semaphore = Semaphore(2)
            semaphore.asJava().orThrow().use { semaphore.availablePermits shouldBe 1 }
            shouldThrow<UnsupportedOperationException> { semaphore.asJava().acquire(2) }
            shouldThrow<IllegalArgumentException> { semaphore.asJava().acquire(0) }
            val condition = Condition(mutex).asJava()
            mutex.asJava().orThrow().use { held ->
                val wait = condition.await(held)
                mutex.isLocked shouldBe false
                mutex.asJava().orThrow().use { condition.signal() }
                wait.join()
                held.isHeld shouldBe true
            }
        }

        test("C29 what is not ours is refused") {
            fun <T : Any> stranger(type: Class<T>): T =
                type.cast(Proxy.newProxyInstance(type.classLoader, arrayOf(type)) { _, _, _ -> "stranger" })
            shouldThrow<IllegalArgumentException> { stranger(JavaEventType::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(JavaLockType::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { JavaReadWriteLockType.create().reading().asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(JavaSemaphoreType::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(JavaBarrierType::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(JavaCyclicBarrierType::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(JavaReadWriteLockType::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(JavaConditionType::class.java).asKotlin() }
            shouldThrow<IllegalArgumentException> { stranger(JavaRateLimiterType::class.java).asKotlin() }
        }
    })
