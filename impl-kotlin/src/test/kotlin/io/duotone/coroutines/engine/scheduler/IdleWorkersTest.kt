package io.duotone.coroutines.engine.scheduler

import io.duotone.coroutines.engine.platform.SystemPlatform
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs

internal class IdleWorkersTest :
    FunSpec({
        // Never started: only their places in the sets matter.
        fun workers(count: Int) = WorkerPool(SystemPlatform(), owner = Any(), name = "idle-workers", size = count) { throw it }.workers

        test("the two halves of the word do not overlap") {
            for (unparked in listOf(0, 1, 2, 1024, 0xffff)) {
                for (searching in listOf(0, 1, 1024, 0xffff)) {
                    val word = IdleWorkers.pack(unparked, searching)
                    IdleWorkers.unparked(word) shouldBe unparked
                    IdleWorkers.searching(word) shouldBe searching
                }
            }
        }

        test("with all awake there is nobody to wake") {
            val idle = IdleWorkers(2)
            idle.wantsWake shouldBe false
            idle.pickToWake().shouldBeNull()
            idle.allParked shouldBe false
        }

        test("a submitter wakes one, and no second while that one searches") {
            val idle = IdleWorkers(4)
            val four = workers(4)
            four.forEach { idle.park(it, wasSearching = false) }
            idle.allParked shouldBe true
            val woken = idle.pickToWake()
            woken shouldBeSameInstanceAs four.last()
            idle.wantsWake shouldBe false
            idle.pickToWake().shouldBeNull()
            // It found something, and is the last to search: so it wakes the next.
            idle.unpark(four.last()) shouldBe true
            idle.endSearch() shouldBe true
            idle.pickToWake() shouldBeSameInstanceAs four[2]
        }

        test("who wakes by itself is no searcher, who was chosen is one") {
            val idle = IdleWorkers(2)
            val (first, second) = workers(2)
            idle.park(first, wasSearching = false)
            idle.unpark(first) shouldBe false
            idle.toString() shouldBe "2 of 2 workers running, 0 searching"
            idle.park(second, wasSearching = false)
            idle.pickToWake() shouldBeSameInstanceAs second
            idle.toString() shouldBe "2 of 2 workers running, 1 searching"
            idle.unpark(second) shouldBe true
            idle.toString() shouldBe "2 of 2 workers running, 1 searching"
        }

        test("who goes to sleep must look again unless somebody searches, also when it did not search itself") {
            val idle = IdleWorkers(4)
            val four = workers(4)
            idle.park(four[0], wasSearching = false) shouldBe true
            idle.tryStartSearch() shouldBe true
            idle.park(four[1], wasSearching = false) shouldBe false
            idle.park(four[2], wasSearching = true) shouldBe true
            idle.toString() shouldBe "1 of 4 workers running, 0 searching"
        }

        test("at most half of the workers search") {
            val idle = IdleWorkers(4)
            idle.tryStartSearch() shouldBe true
            idle.tryStartSearch() shouldBe true
            idle.tryStartSearch() shouldBe false
            idle.endSearch() shouldBe false
            idle.tryStartSearch() shouldBe true
            idle.endSearch() shouldBe false
            idle.endSearch() shouldBe true
        }
    })
