package io.duotone.interop.dump

import java.lang.invoke.MethodType
import java.lang.reflect.Constructor
import java.lang.reflect.Field
import java.lang.reflect.Method
import kotlin.metadata.KmConstructor
import kotlin.metadata.KmFunction
import kotlin.metadata.KmPackage
import kotlin.metadata.KmProperty
import kotlin.metadata.Visibility
import kotlin.metadata.jvm.KotlinClassMetadata
import kotlin.metadata.jvm.fieldSignature
import kotlin.metadata.jvm.getterSignature
import kotlin.metadata.jvm.setterSignature
import kotlin.metadata.jvm.signature
import kotlin.metadata.visibility

/**
 * What Kotlin's metadata hides of a class: `internal` is `public` in the class file. A class without metadata is a Java class and hides
 * nothing.
 */
internal class KotlinVisibility private constructor(val isVisible: Boolean, private val hiddenMembers: Set<String>) {
    fun shows(method: Method): Boolean = "${method.name}${descriptor(method.returnType, method.parameterTypes)}" !in hiddenMembers

    fun shows(constructor: Constructor<*>): Boolean = "<init>${descriptor(Void.TYPE, constructor.parameterTypes)}" !in hiddenMembers

    fun shows(field: Field): Boolean = "${field.name}:${field.type.descriptorString()}" !in hiddenMembers

    private fun descriptor(result: Class<*>, parameters: Array<Class<*>>): String =
        MethodType.methodType(result, parameters).toMethodDescriptorString()

    companion object {
        private val visible = setOf(Visibility.PUBLIC, Visibility.PROTECTED)

        fun of(type: Class<*>): KotlinVisibility {
            val annotation = type.getAnnotation(Metadata::class.java) ?: return KotlinVisibility(true, emptySet())
            return when (val metadata = KotlinClassMetadata.readStrict(annotation)) {
                is KotlinClassMetadata.Class ->
                    with(metadata.kmClass) {
                        KotlinVisibility(visibility in visible, hidden(functions, properties) + hiddenConstructors(constructors))
                    }

                is KotlinClassMetadata.FileFacade -> ofFile(metadata.kmPackage)

                is KotlinClassMetadata.MultiFileClassPart -> ofFile(metadata.kmPackage)

                // The facade has no list of its own: its parts have, and are no public classes.
                is KotlinClassMetadata.MultiFileClassFacade -> KotlinVisibility(true, emptySet())

                // Lambdas and other classes the compiler made.
                is KotlinClassMetadata.SyntheticClass, is KotlinClassMetadata.Unknown -> KotlinVisibility(false, emptySet())
            }
        }

        /** A file with nothing in it for its users is no class to them. */
        private fun ofFile(file: KmPackage): KotlinVisibility {
            val isVisible = file.functions.any { it.visibility in visible } || file.properties.any { it.visibility in visible }
            return KotlinVisibility(isVisible, hidden(file.functions, file.properties))
        }

        private fun hidden(functions: List<KmFunction>, properties: List<KmProperty>): Set<String> =
            buildSet {
                functions.filter { it.visibility !in visible }.forEach { add(it.signature.toString()) }
                for (property in properties) {
                    if (property.visibility !in visible) {
                        add(property.fieldSignature.toString())
                    }
                    if (property.getter.visibility !in visible) {
                        add(property.getterSignature.toString())
                    }
                    if (property.setter?.visibility !in visible) {
                        add(property.setterSignature.toString())
                    }
                }
            }

        private fun hiddenConstructors(constructors: List<KmConstructor>): List<String> =
            constructors.filter { it.visibility !in visible }.map { it.signature.toString() }
    }
}
