package io.duotone.interop.layers

import com.tngtech.archunit.core.domain.JavaClass
import com.tngtech.archunit.lang.ArchCondition
import com.tngtech.archunit.lang.ConditionEvents
import com.tngtech.archunit.lang.SimpleConditionEvent

/**
 * The layers of the implementation, lowest first. A package may import only what stands below it; the packages of one layer may import one
 * another unless the layer keeps them apart.
 */
internal object Layers {
    const val BASE: String = "io.duotone.coroutines"

    private class Layer(val name: String, val apart: Boolean, vararg val packages: String)

    private val lowestFirst =
        listOf(
            Layer("L0", apart = false, "engine.platform"),
            Layer("L1", apart = true, "engine.queue", "engine.timer", "engine.reactor", "engine.blocking", "engine.probe"),
            Layer("L2", apart = false, "engine.scheduler"),
            Layer("L3", apart = false, "", "scope", "time", "context"),
            Layer("L4", apart = false, "io", "sync", "channel", "blocking"),
            Layer("L5", apart = true, "net", "net.tls", "fs", "process", "signal", "observe"),
            Layer("L6", apart = false, "facade"),
        )

    private val layerOfPackage: Map<String, Layer> =
        lowestFirst.flatMap { layer -> layer.packages.map { name -> (if (name.isEmpty()) BASE else "$BASE.$name") to layer } }.toMap()

    /** The rule as a condition on classes: each is in a layer, and imports only from layers below its own or from a permitted sibling. */
    val importOnlyDownwards: ArchCondition<JavaClass> =
        object : ArchCondition<JavaClass>("import only from the layers below") {
            override fun check(item: JavaClass, events: ConditionEvents) {
                val own = layerOfPackage[item.packageName]
                if (own == null) {
                    events.add(SimpleConditionEvent.violated(item, "${item.name} is in a package that belongs to no layer"))
                    return
                }
                for (dependency in item.directDependenciesFromSelf) {
                    val targetPackage = dependency.targetClass.baseComponentType.packageName
                    val target = layerOfPackage[targetPackage] ?: continue
                    if (!mayImport(own, item.packageName, target, targetPackage)) {
                        val text = "${own.name} looks at ${target.name} ($targetPackage): ${dependency.description}"
                        events.add(SimpleConditionEvent.violated(dependency, text))
                    }
                }
            }
        }

    private fun mayImport(own: Layer, ownPackage: String, target: Layer, targetPackage: String): Boolean =
        when {
            ownPackage == targetPackage -> true
            own === target -> !own.apart
            else -> lowestFirst.indexOf(target) < lowestFirst.indexOf(own)
        }
}
