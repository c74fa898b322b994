package io.duotone.interop.layers

import com.tngtech.archunit.core.domain.JavaAccess
import com.tngtech.archunit.core.domain.JavaClass
import com.tngtech.archunit.core.domain.JavaModifier
import com.tngtech.archunit.lang.ArchCondition
import com.tngtech.archunit.lang.ConditionEvents
import com.tngtech.archunit.lang.SimpleConditionEvent

/**
 * Time, randomness, threads and selectors: what `engine.platform` alone may reach for, so that a test can put its own in the place of all
 * of it. `LockSupport` is not among them: parking takes its time from the caller.
 */
internal object OutsideWorld {
    private const val CONSTRUCTOR = "<init>"

    /** Forbidden members by owner; an empty set stands for all of them. */
    private val forbidden: Map<String, Set<String>> =
        mapOf(
            "io.duotone.spi.ContextThread" to setOf(CONSTRUCTOR),
            "java.lang.System" to setOf("nanoTime", "currentTimeMillis"),
            "java.lang.Math" to setOf("random"),
            "java.lang.Thread" to setOf(CONSTRUCTOR, "sleep", "ofVirtual", "ofPlatform", "startVirtualThread"),
            "java.time.Instant" to setOf("now"),
            "java.time.Clock" to emptySet(),
            "java.util.Random" to setOf(CONSTRUCTOR),
            "java.util.SplittableRandom" to setOf(CONSTRUCTOR),
            "java.util.Timer" to setOf(CONSTRUCTOR),
            "java.util.concurrent.CompletableFuture" to setOf("delayedExecutor", "orTimeout", "completeOnTimeout"),
            "java.util.concurrent.Executors" to emptySet(),
            "java.util.concurrent.ForkJoinPool" to setOf(CONSTRUCTOR, "commonPool"),
            "java.util.concurrent.ScheduledThreadPoolExecutor" to setOf(CONSTRUCTOR),
            "java.util.concurrent.ThreadLocalRandom" to emptySet(),
            "java.util.concurrent.ThreadPoolExecutor" to setOf(CONSTRUCTOR),
            "java.util.concurrent.TimeUnit" to setOf("sleep"),
            "java.nio.channels.Selector" to setOf("open"),
            "java.nio.channels.spi.SelectorProvider" to setOf("openSelector"),
            "kotlin.concurrent.ThreadsKt" to emptySet(),
            "kotlin.random.Random" to emptySet(),
            "kotlin.random.Random\$Default" to emptySet(),
            "kotlin.random.RandomKt" to emptySet(),
            "kotlin.time.Clock\$System" to emptySet(),
            "kotlin.time.TimeSource\$Monotonic" to emptySet(),
        )

    /** An abstract class of threads makes none; its own constructor is forbidden in turn. */
    private fun isSuperOfAbstractThread(item: JavaClass, access: JavaAccess<*>) =
        JavaModifier.ABSTRACT in item.modifiers && item.isAssignableTo(Thread::class.java) && access.target.name == CONSTRUCTOR

    /** Calls, constructor calls and method references alike. */
    val notReachedFor: ArchCondition<JavaClass> =
        object : ArchCondition<JavaClass>("take time, randomness, threads and selectors from engine.platform") {
            override fun check(item: JavaClass, events: ConditionEvents) {
                for (access in item.accessesFromSelf) {
                    val members = forbidden[access.targetOwner.name] ?: continue
                    if (isSuperOfAbstractThread(item, access)) continue
                    if (members.isEmpty() || access.target.name in members) {
                        events.add(SimpleConditionEvent.violated(access, access.description))
                    }
                }
            }
        }
}
