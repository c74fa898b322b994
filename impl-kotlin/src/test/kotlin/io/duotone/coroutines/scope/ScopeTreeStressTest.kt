package io.duotone.coroutines.scope

import io.duotone.CancelReason
import io.duotone.Duotone
import io.duotone.ScopePolicy
import io.duotone.coroutines.DuotoneRuntime
import io.duotone.coroutines.TaskScope
import io.duotone.coroutines.diagnosis
import io.duotone.coroutines.engine.stressScale
import io.duotone.coroutines.reason
import io.duotone.coroutines.taskScope
import io.duotone.coroutines.watched
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random

/**
 * Random trees of scopes and tasks, which fail and are cancelled at random. Whatever happens: no task outlives its scope, every cleanup
 * runs, every failure is reported exactly once, and every cancellation names where it truly began.
 */
internal class ScopeTreeStressTest :
    FunSpec({
        val seed = System.nanoTime()

        for (workers in listOf(1, 2, 4)) {
            test("R19 C5 C6 every tree keeps the rules: $workers workers, seed $seed") {
                repeat(100 * stressScale) { round -> ScopeTree(seed + round, workers).grow() }
            }
        }
    })

private class Planned(name: String) : RuntimeException(name)

private class ScopeTree(private val seed: Long, private val workers: Int) {
    private val live = AtomicInteger()
    private val planned = ConcurrentHashMap.newKeySet<String>()
    private val mayBeDropped = ConcurrentHashMap.newKeySet<String>()
    private val cancelled = ConcurrentHashMap.newKeySet<String>()
    private val reported = ConcurrentLinkedQueue<String>()
    private val broken = ConcurrentLinkedQueue<String>()

    fun grow() {
        val options = Duotone.builder().threads(workers).uncaught { _, failure -> report(failure) }.build()
        withClue("seed $seed, $workers workers") {
            DuotoneRuntime(options).use { runtime ->
                watched(state = runtime::diagnosis) {
                    catching { runtime.block { scope("root", DEPTH, isDropped = false) } }
                }
            }
            live.get() shouldBe 0
            broken.shouldBeEmpty()
            reported.groupingBy { it }.eachCount().filter { it.value > 1 }.keys.shouldBeEmpty()
            (planned - mayBeDropped - reported.toSet()).shouldBeEmpty()
        }
    }

    private inline fun catching(block: () -> Unit) {
        try {
            block()
        } catch (_: CancellationException) {
            // It has been looked at where it was seen first.
        } catch (failure: Throwable) {
            report(failure)
        }
    }

    private fun report(failure: Throwable) {
        val known = HashSet<Throwable>()
        val next = ArrayDeque(listOf(failure))
        while (true) {
            val one = next.removeFirstOrNull() ?: return
            if (!known.add(one)) continue
            if (one is Planned) reported += one.message.orEmpty() else broken += "an unexpected failure: $one"
            next += one.suppressed
        }
    }

    /** A scope of its own around a node; when it is over, so is everything in it. */
    private suspend fun scope(name: String, depth: Int, isDropped: Boolean) {
        val random = random(name, "scope")
        val policy = ScopePolicy.entries.random(random)
        val inside = AtomicInteger()
        try {
            taskScope(name, policy) { node(name, depth, isDropped || policy == ScopePolicy.FIRST_SUCCESS, listOf(inside)) }
        } finally {
            if (inside.get() != 0) broken += "${inside.get()} tasks of $name outlive it"
        }
    }

    private suspend fun TaskScope.node(name: String, depth: Int, isDropped: Boolean, around: List<AtomicInteger>) {
        val random = random(name, "node")
        live.incrementAndGet()
        around.forEach { it.incrementAndGet() }
        try {
            repeat(random.nextInt(3)) { yield() }
            if (depth > 0) repeat(random.nextInt(4)) { child("$name.$it", depth - 1, isDropped, around) }
            repeat(random.nextInt(3)) { yield() }
            end(name, isDropped, random)
        } catch (cancellation: CancellationException) {
            check(name, cancellation.reason)
            throw cancellation
        } finally {
            withContext(NonCancellable) { yield() }
            around.forEach { it.decrementAndGet() }
            live.decrementAndGet()
        }
    }

    private suspend fun TaskScope.child(name: String, depth: Int, isDropped: Boolean, around: List<AtomicInteger>) {
        val random = random(name, "child")
        when (random.nextInt(6)) {
            0 -> scope(name, depth, isDropped)

            1 -> catching { fork(name, ScopePolicy.entries.random(random)) { node(name, depth, isDropped = true, around) }.await() }

            else -> spawn(name, contained = random.nextInt(5) == 0, master = random.nextInt(8) == 0, background = random.nextInt(5) == 0) {
                node(name, depth, isDropped, around)
            }
        }
    }

    private fun TaskScope.end(name: String, isDropped: Boolean, random: Random) {
        when (random.nextInt(8)) {
            0 -> {
                planned += name
                if (isDropped) mayBeDropped += name
                throw Planned(name)
            }

            1 -> {
                cancelled += name
                cancel(CancelReason(CancelReason.Kind.CANCELLED, "by $name", name))
            }

            2 -> throw CancellationException("by itself")
        }
    }

    private fun check(name: String, reason: CancelReason) {
        val origin = reason.origin()
        val isTrue = when (reason.kind()) {
            CancelReason.Kind.SIBLING_FAILED -> origin != null && origin in planned
            CancelReason.Kind.CANCELLED -> (origin == null && reason.message() == "by itself") || origin in cancelled
            CancelReason.Kind.SCOPE_CLOSED -> true
            else -> false
        }
        if (!isTrue) broken += "$name was cancelled for a reason that is not true: $reason"
    }

    /** The same tree for the same seed, whatever the schedule. */
    private fun random(name: String, what: String) = Random(seed * 31 + (name + what).hashCode())

    private companion object {
        const val DEPTH = 5
    }
}
