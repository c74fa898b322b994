package io.duotone.coroutines.engine

import io.kotest.core.spec.style.FunSpec
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions
import org.jetbrains.lincheck.datastructures.Options
import org.jetbrains.lincheck.datastructures.StressOptions
import kotlin.reflect.KClass

/**
 * Checks that the operations of [model] are linearizable against [specification], in both ways Lincheck knows. The model is a class of its
 * own, since Lincheck makes a new one for every run. [threads] threads run [actors] operations each.
 */
internal abstract class AbstractLincheckTest(model: KClass<*>, specification: KClass<*>, threads: Int = 2, actors: Int = 3) :
    FunSpec({
        fun <O : Options<O, *>> Options<O, *>.sized(): O =
            LincheckPatience
                .grantedTo(this)
                .iterations(ITERATIONS * stressScale)
                .threads(threads)
                .actorsPerThread(actors)
                .actorsBefore(ACTORS_AROUND)
                .actorsAfter(ACTORS_AROUND)
                .sequentialSpecification(specification.java)

        test("linearizable in every interleaving a model checker tries") {
            ModelCheckingOptions().sized().invocationsPerIteration(100 * stressScale).check(model)
        }
        test("linearizable under stress") {
            StressOptions().sized().invocationsPerIteration(200 * stressScale).check(model)
        }
    }) {
    private companion object {
        const val ITERATIONS = 10
        const val ACTORS_AROUND = 2
    }
}
