package io.duotone.interop.layers

import com.tngtech.archunit.core.domain.JavaClass
import com.tngtech.archunit.core.domain.JavaClasses
import com.tngtech.archunit.core.importer.ClassFileImporter
import com.tngtech.archunit.lang.ArchRule
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes
import io.duotone.SeededKotlinInApi
import io.duotone.coroutines.elsewhere.SeededStray
import io.duotone.coroutines.engine.platform.SeededPlatform
import io.duotone.coroutines.engine.queue.SeededQueue
import io.duotone.coroutines.engine.timer.SeededTimer
import io.duotone.coroutines.net.SeededStream
import io.duotone.coroutines.net.tls.SeededTls
import io.duotone.interop.ProjectFiles
import io.kotest.core.spec.style.FunSpec
import io.kotest.inspectors.forAll
import io.kotest.inspectors.forAtLeastOne
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.string.shouldContain
import kotlin.reflect.KClass

class LayerRulesTest :
    FunSpec({
        val api = ClassFileImporter().importPath(ProjectFiles.classesOf("api-java"))
        val implementation = ClassFileImporter().importPath(ProjectFiles.classesOf("impl-kotlin"))

        test("there are classes to look at") {
            api.filter { it.packageName == "io.duotone" }.shouldNotBeEmpty()
            implementation.filter { it.packageName == Layers.BASE }.shouldNotBeEmpty()
        }

        test("a package of the implementation imports only what stands below it") {
            downwards.violationsIn(implementation).shouldBeEmpty()
        }

        test("time, randomness, threads and selectors come from engine.platform alone") {
            platformAlone.violationsIn(implementation).shouldBeEmpty()
            platformAlone.violationsIn(api).shouldBeEmpty()
        }

        test("the Java API depends on the JDK alone, and no Kotlin type appears in it") {
            jdkAlone.violationsIn(api).shouldBeEmpty()
        }

        test("the rules bite: an import upwards is reported") {
            downwards.violationsIn(SeededTimer::class, SeededStream::class).forAtLeastOne {
                it shouldContain "L1 looks at L5 (io.duotone.coroutines.net)"
            }
        }

        test("the rules bite: an import between siblings that are kept apart is reported") {
            val queue = downwards.violationsIn(SeededQueue::class)
            queue.shouldNotBeEmpty()
            queue.forAll { it shouldContain "L1 looks at L1 (io.duotone.coroutines.engine.timer)" }
            val tls = downwards.violationsIn(SeededTls::class)
            tls.shouldNotBeEmpty()
            tls.forAll { it shouldContain "L5 looks at L5 (io.duotone.coroutines.net)" }
        }

        test("the rules bite: a package without a layer is reported") {
            downwards.violationsIn(SeededStray::class).forAtLeastOne { it shouldContain "belongs to no layer" }
        }

        test("the rules bite: calls and references to the outside world are reported, but not in engine.platform") {
            val found = platformAlone.violationsIn(SeededStream::class)
            for (member in listOf(
                "System.nanoTime",
                "System.currentTimeMillis",
                "Thread.<init>",
                "Selector.open",
                "Random\$Default.nextInt"
            )) {
                found.forAtLeastOne { it shouldContain member }
            }
            platformAlone.violationsIn(SeededPlatform::class).shouldBeEmpty()
        }

        test("the rules bite: a Kotlin type in the Java API is reported") {
            jdkAlone.violationsIn(SeededKotlinInApi::class).forAtLeastOne { it shouldContain "kotlin.Unit" }
        }
    }) {
    private companion object {
        val downwards: ArchRule =
            classes().that().resideInAPackage("${Layers.BASE}..").should(Layers.importOnlyDownwards)

        val platformAlone: ArchRule =
            classes().that().resideOutsideOfPackage("${Layers.BASE}.engine.platform").should(OutsideWorld.notReachedFor)

        val jdkAlone: ArchRule =
            classes().should().onlyDependOnClassesThat(
                JavaClass.Predicates
                    .resideInAnyPackage("java..", "org.jspecify..", "io.duotone..")
                    .and(JavaClass.Predicates.resideOutsideOfPackage("${Layers.BASE}..")),
            )

        // A layer whose packages hold nothing yet breaks no rule.
        fun ArchRule.violationsIn(classes: JavaClasses): List<String> = allowEmptyShould(true).evaluate(classes).failureReport.details

        fun ArchRule.violationsIn(vararg seeds: KClass<*>): List<String> =
            violationsIn(ClassFileImporter().importClasses(seeds.map { it.java }))
    }
}
