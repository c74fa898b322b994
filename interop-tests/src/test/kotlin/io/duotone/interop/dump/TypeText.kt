package io.duotone.interop.dump

import org.jspecify.annotations.Nullable
import java.lang.reflect.AnnotatedArrayType
import java.lang.reflect.AnnotatedElement
import java.lang.reflect.AnnotatedParameterizedType
import java.lang.reflect.AnnotatedType
import java.lang.reflect.AnnotatedTypeVariable
import java.lang.reflect.AnnotatedWildcardType
import java.lang.reflect.TypeVariable

/**
 * Types as text: generic, with JSpecify's `@Nullable` (a change of it is a change of the API), and written by ourselves because
 * `AnnotatedType.toString` differs from one JDK to the next.
 */
internal object TypeText {
    fun of(annotated: AnnotatedType): String = nullness(annotated) + bare(annotated)

    /** The type parameters of a class or method with their bounds, `<T extends …> ` or empty. */
    fun parameters(variables: Array<out TypeVariable<*>>): String =
        if (variables.isEmpty()) "" else variables.joinToString(", ", "<", ">") { it.name + bounds(it.annotatedBounds, " extends ") }

    private fun bare(annotated: AnnotatedType): String =
        when (annotated) {
            is AnnotatedArrayType -> of(annotated.annotatedGenericComponentType) + "[]"

            is AnnotatedParameterizedType ->
                shorten(annotated.type.typeName.substringBefore('<')) +
                    annotated.annotatedActualTypeArguments.joinToString(", ", "<", ">") { of(it) }

            is AnnotatedTypeVariable -> annotated.type.typeName

            is AnnotatedWildcardType ->
                if (annotated.annotatedLowerBounds.isNotEmpty()) {
                    "?" + bounds(annotated.annotatedLowerBounds, " super ")
                } else {
                    "?" + bounds(annotated.annotatedUpperBounds, " extends ")
                }

            else -> shorten(annotated.type.typeName)
        }

    private fun bounds(bounds: Array<AnnotatedType>, keyword: String): String {
        val texts = bounds.map { of(it) }
        return if (texts.isEmpty() || texts == listOf("Object")) "" else texts.joinToString(" & ", keyword)
    }

    private fun nullness(element: AnnotatedElement): String = if (element.isAnnotationPresent(Nullable::class.java)) "@Nullable " else ""

    /** `java.lang` goes without saying. */
    private fun shorten(name: String): String =
        if (name.startsWith("java.lang.") && !name.removePrefix("java.lang.").contains('.')) name.removePrefix("java.lang.") else name
}
