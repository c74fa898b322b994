package io.duotone.interop.guides

import io.duotone.coroutines.facade.asJava
import io.duotone.coroutines.facade.asKotlin
import io.duotone.coroutines.limited
import io.duotone.coroutines.runDuotone
import io.duotone.coroutines.sync.Event
import io.duotone.coroutines.sync.WeightedSemaphore
import io.duotone.coroutines.sync.rateLimiter
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.onTimeout
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import io.duotone.channel.Channel as JavaChannel

/** What the guide to synchronisation and channels shows in Kotlin. */
@OptIn(kotlinx.coroutines.ExperimentalCoroutinesApi::class)
internal class KotlinChannelSnippetsTest :
    FunSpec({
        val log = ConcurrentLinkedQueue<String>()
        beforeTest { log.clear() }

        suspend fun transfer(amount: Int): String {
            delay(1.milliseconds)
            return "moved $amount"
        }

        test("T32 C20 a lock") {
            runDuotone {
                val mutex = Mutex()
                // snippet lock
                val receipt = mutex.withLock { transfer(100) }
                // end
                receipt shouldBe "moved 100"
            }
        }

        test("T9 T35 C19 C20 events, semaphores, limits") {
            runDuotone {
                // snippet event
                val ready = Event()
                val serving = spawn {
                    ready.await()
                    log += "serving"
                }
                ready.set()
                // end
                serving.await()

                // snippet semaphore
                val memory = WeightedSemaphore(512) // megabytes
                memory.withPermits(100) { log += "$memory" }
                // end

                // snippet rate
                val calls = rateLimiter(1000, per = 1.milliseconds)
                repeat(3) {
                    calls.acquire()
                    log += "call $it"
                }
                // end

                // snippet limited
                val downloads = limited(2)
                repeat(5) { downloads.spawn { yield() } }
                // end
                (downloads.running <= 2) shouldBe true
            }
            log shouldContainExactly
                listOf("serving", "Semaphore(412 of 512 permits free, 0 waiting)", "call 0", "call 1", "call 2")
        }

        test("T37 T38 S41 C22 messages from one coroutine to another") {
            runDuotone {
                // snippet channel
                val orders = Channel<String>(16)
                launch { for (order in orders) log += order } // up to the end of the channel
                orders.send("tea")
                orders.send("cake")
                orders.close()
                // end
            }
            log shouldContainExactly listOf("tea", "cake")
        }

        test("C22 the first of several things") {
            runDuotone {
                val orders = Channel<String>(1)
                val cancellations = Channel<Int>(1)
                cancellations.send(7)
                // snippet select
                val next = select {
                    orders.onReceive { "order $it" }
                    cancellations.onReceive { "cancelled $it" }
                    onTimeout(1.hours) { "nothing" }
                }
                // end
                next shouldBe "cancelled 7"
            }
        }

        test("C22 one channel in both languages") {
            runDuotone {
                // snippet bridge
                val orders: JavaChannel<String> = JavaChannel.bounded(16) // for Java code
                val same: Channel<String> = orders.asKotlin()
                // end
                orders.trySend("tea")
                same.receive() shouldBe "tea"
                same.asJava() shouldBeSameInstanceAs orders
            }
        }
    })
