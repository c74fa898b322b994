package io.duotone.coroutines.sync

import io.duotone.WouldBlockException
import io.duotone.sync.SyncStatistics
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import java.util.concurrent.TimeoutException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

internal class ReadWriteLockTest :
    FunSpec({
        test("C20 many read together, and one writes alone") {
            onOneThread {
                val lock = ReadWriteLock()
                repeat(3) { lock.lockRead() }
                lock.readers shouldBe 3
                val writer = begin { lock.lockWrite() }
                repeat(3) {
                    writer.isCompleted shouldBe false
                    lock.unlockRead()
                }
                writer.await()
                lock.isWriting shouldBe true
                lock.tryLockRead() shouldBe false
                lock.tryLockWrite() shouldBe false
                lock.unlockWrite()
                lock.tryLockWrite() shouldBe true
            }
        }

        test("C20 first come, first served: no reader passes a writer, and readers in a row go together") {
            onOneThread {
                val lock = ReadWriteLock()
                lock.lockRead()
                val writer = begin { lock.lockWrite() }
                val readers = List(3) { begin { lock.lockRead() } }
                val second = begin { lock.lockWrite() }
                val last = begin { lock.lockRead() }
                lock.tryLockRead() shouldBe false
                settle()
                readers.none { it.isCompleted } shouldBe true
                lock.unlockRead()
                writer.await()
                lock.unlockWrite()
                readers.awaitAll()
                lock.statistics() shouldBe SyncStatistics(3, 2)
                repeat(3) { lock.unlockRead() }
                second.await()
                last.isCompleted shouldBe false
                lock.unlockWrite()
                last.await()
            }
        }

        test("T34 C20 a cancelled writer lets the readers behind it pass") {
            onOneThread {
                val lock = ReadWriteLock()
                lock.lockRead()
                val writer = begin { lock.lockWrite() }
                val readers = List(2) { begin { lock.lockRead() } }
                writer.cancel()
                readers.awaitAll()
                lock.readers shouldBe 3
            }
        }

        test("T34 C20 cancelled when the lock was handed over: it goes to the next, on either side") {
            onOneThread {
                val lock = ReadWriteLock()
                val held = HeldBack()
                lock.lockRead()
                val writer = begin(held) { lock.lockWrite() }
                val reader = begin { lock.lockRead() }
                lock.unlockRead()
                lock.isWriting shouldBe true
                writer.cancel()
                held.runAll()
                reader.await()
                lock.unlockRead()

                lock.lockWrite()
                val readers = List(2) { begin(held) { lock.lockRead() } }
                val next = begin { lock.lockWrite() }
                lock.unlockWrite()
                readers.forEach { it.cancel() }
                held.runAll()
                next.await()
                lock.statistics() shouldBe SyncStatistics(1, 0)
            }
        }

        test("C20 the brackets give the lock back however they end") {
            onOneThread {
                val lock = ReadWriteLock()
                lock.withRead { lock.withRead { lock.readers } } shouldBe 2
                lock.withWrite { lock.isWriting } shouldBe true
                shouldThrow<IllegalStateException> { lock.withRead { error("inside") } }
                shouldThrow<IllegalStateException> { lock.withWrite { error("inside") } }
                val inside = begin { lock.withWrite { awaitCancellation() } }
                inside.cancelAndJoin()
                cancelled { lock.withRead { } }.shouldBeInstanceOf<CancellationException>()
                cancelled { lock.withWrite { } }.shouldBeInstanceOf<CancellationException>()
                lock.statistics() shouldBe SyncStatistics(0, 0)
            }
        }

        test("T33 C20 now or not at all, and at most for a time") {
            onOneThread {
                val lock = ReadWriteLock()
                lock.lockWriteOrThrow()
                shouldThrow<WouldBlockException> { lock.lockReadOrThrow() }.message shouldContain "ReadWriteLock(writing, 0 waiting)"
                shouldThrow<WouldBlockException> { lock.lockWriteOrThrow() }
                for (timeout in listOf(Duration.ZERO, 1.milliseconds)) {
                    shouldThrow<TimeoutException> { lock.lockRead(timeout) }
                    shouldThrow<TimeoutException> { lock.lockWrite(timeout) }
                }
                lock.statistics() shouldBe SyncStatistics(1, 0)
                val reader = begin { lock.lockRead(1.hours) }
                lock.unlockWrite()
                reader.await()
                lock.lockReadOrThrow()
                val writer = begin { lock.lockWrite(1.hours) }
                repeat(2) { lock.unlockRead() }
                writer.await()
            }
        }

        test("C20 unlocking what is not locked is refused, and its text explains the state") {
            onOneThread {
                val lock = ReadWriteLock()
                shouldThrow<IllegalStateException> { lock.unlockRead() }.message shouldContain "nobody reads"
                shouldThrow<IllegalStateException> { lock.unlockWrite() }.message shouldContain "nobody writes"
                lock.toString() shouldBe "ReadWriteLock(free, 0 waiting)"
                lock.lockRead()
                shouldThrow<IllegalStateException> { lock.unlockWrite() }
                val writer = begin { lock.lockWrite() }
                lock.toString() shouldBe "ReadWriteLock(1 reading, 1 waiting)"
                writer.cancel()
            }
        }
    })
