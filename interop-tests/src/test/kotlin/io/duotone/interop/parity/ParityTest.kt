package io.duotone.interop.parity

import io.duotone.interop.ProjectFiles
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import kotlin.io.path.readText

/** Whatever can be done in one language can be done in the other: each operation has its twin in `parity.txt`, or a reason there. */
internal class ParityTest :
    FunSpec({
        val java = ApiText.javaMembers(api("duotone-api.api"), JAVA_TYPES)
        val kotlin = ApiText.kotlinDeclarations(api("duotone-kotlin.api"), KOTLIN_TYPES, ::isLookedAt)

        test("each operation of one language has its twin in the other, or a reason why it has none") {
            withClue("keep interop-tests/src/test/resources/io/duotone/interop/parity.txt with the code:\n") {
                ParityTable(table()).problems(java, kotlin).shouldBeEmpty()
            }
        }

        test("the operations are read from the text of the public surface") {
            java shouldContainAll listOf("Scope.race(Collection)", "Duotone.run(DuotoneOptions, Coroutine)", "Scope.cancel(String)")
            kotlin shouldContainAll listOf("race(block[])", "failAfter(Duration, block)", "TaskScope.deadline", "DuotoneRuntime.isClosed")
        }

        test("each type that is looked at is there") {
            java.map { it.substringBefore('.') }.toSet() shouldContainExactlyInAnyOrder JAVA_TYPES.map { it.substringAfterLast('.') }
            kotlin.map { it.substringBefore('.') } shouldContainAll KOTLIN_TYPES
        }

        test("the rules bite: what is missing, unknown, twice or without a reason") {
            fun problems(vararg lines: String) =
                ParityTable(lines.map(Twins::parse)).problems(setOf("A.a()", "A.b()"), setOf("a()")).map { it.substringBefore(':') }

            problems("A.a() | a() | T1", "A.b() | - Kotlin has it | T1 C2").shouldBeEmpty()
            problems("A.a() | a() | T1") shouldContainExactlyInAnyOrder listOf("Java has A.b(), which is in no line")
            problems("A.a() | b() | T1", "A.b() | a() | T1") shouldContainExactlyInAnyOrder listOf("Kotlin has no b()")
            problems("A.a() | a() | T1", "A.a() | a() | T1", "A.b() | a() | one", "A.b() | - | T1") shouldContainExactlyInAnyOrder
                listOf("twice", "with a twin and without one", "a reason in one word", "not a list of rows")
            problems("A.a() | a() | T1", "A.b() | a() | T1", "- no reason | - no reason | T1") shouldContainExactlyInAnyOrder
                listOf("in no language")
        }
    }) {
    private companion object {
        val JAVA_TYPES =
            setOf("Scope", "Duotone", "AsyncIterator", "TaskGroup", "Interval", "Cycle", "OpenScope", "Coroutine", "ContextKey") +
                setOf("LimitedScope", "sync.Event", "sync.Lock", "sync.Condition", "sync.Semaphore", "sync.ReadWriteLock") +
                setOf("sync.Barrier", "sync.CyclicBarrier", "sync.RateLimiter") +
                listOf("Channel", "Sender", "Receiver", "Select", "OneShot", "Broadcast", "LatestValue").map { "channel.$it" }
        val KOTLIN_TYPES = setOf("DuotoneRuntime", "TaskScope", "OpenTaskScope", "TaskGroup", "Interval", "Cycle", "Memoized") +
            setOf("LimitedScope", "Event", "Condition", "WeightedSemaphore", "ReadWriteLock", "Barrier", "CyclicBarrier", "RateLimiter")

        /** Bridges are for both languages at once, and the twins of sockets are types of the same names. */
        fun isLookedAt(name: String): Boolean =
            name.startsWith("io.duotone.coroutines") && listOf("facade", "io", "net").none { name.startsWith("io.duotone.coroutines.$it") }

        fun api(file: String): String = ProjectFiles.root.resolve("api").resolve(file).readText()

        fun table(): List<Twins> = checkNotNull(ParityTest::class.java.getResource("/io/duotone/interop/parity.txt")) { "no parity.txt" }
            .readText()
            .lines()
            .filterNot { it.isBlank() || it.startsWith('#') }
            .map(Twins::parse)
    }
}
