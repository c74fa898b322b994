package io.duotone.interop.dump

import java.lang.module.ModuleDescriptor
import java.lang.reflect.Constructor
import java.lang.reflect.Executable
import java.lang.reflect.Field
import java.lang.reflect.Member
import java.lang.reflect.Method
import java.lang.reflect.Modifier
import java.nio.file.Path
import kotlin.io.path.inputStream
import kotlin.io.path.isDirectory
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.nameWithoutExtension

/**
 * The public surface of one module as text: the public and protected classes and members of its exported packages, sorted, the same on every
 * JDK. What the compiler made (synthetic, bridges) and what Kotlin calls `internal` is left out, and so are `equals`, `hashCode` and
 * `toString`, which everything has.
 */
internal class ApiDump(private val classesDirectory: Path) {
    fun render(): String {
        val module = classesDirectory.resolve("module-info.class").inputStream().use { ModuleDescriptor.read(it) }
        return module
            .exports()
            .filterNot { it.isQualified }
            .map { it.source() }
            .sorted()
            .flatMap { classesOf(it) }
            .let { textOf(it) }
    }

    private fun classesOf(packageName: String): List<Class<*>> {
        val directory = classesDirectory.resolve(packageName.replace('.', '/'))
        check(directory.isDirectory()) { "$packageName is exported, but $directory is not there" }
        return directory
            .listDirectoryEntries("*.class")
            .map { it.nameWithoutExtension }
            // The members of a class are found through it; what else has a `$` in its name is local or made by a compiler.
            .filterNot { it == "package-info" || '$' in it }
            .map { Class.forName("$packageName.$it", false, ApiDump::class.java.classLoader) }
            .flatMap { withMembers(it) }
    }

    private fun withMembers(type: Class<*>): List<Class<*>> = listOf(type) + type.declaredClasses.flatMap { withMembers(it) }

    companion object {
        /** The text of those of [classes] that are public. */
        fun textOf(classes: List<Class<*>>): String = classes.sortedBy { it.name }.filter { isPublic(it) }.joinToString("\n") { render(it) }

        private fun isPublic(type: Class<*>): Boolean {
            val declaredIn = type.declaringClass
            return !type.isSynthetic && isOpen(type.modifiers) &&
                KotlinVisibility.of(type).isVisible && (declaredIn == null || isPublic(declaredIn))
        }

        private fun render(type: Class<*>): String {
            val kotlin = KotlinVisibility.of(type)
            val fields = type.declaredFields.filter { isListed(it) && kotlin.shows(it) && (it.type == type || isNoHiddenCompanion(it)) }
            val constructors = type.declaredConstructors.filter { isListed(it) && kotlin.shows(it) }
            val methods = type.declaredMethods.filter { isListed(it) && kotlin.shows(it) && !it.isBridge && !isOfObject(it) }
            return buildString {
                appendLine(header(type))
                fields.map { text(it) }.sorted().forEach { appendLine("    $it") }
                constructors.map { text(it) }.sorted().forEach { appendLine("    $it") }
                methods.map { text(it) }.sorted().forEach { appendLine("    $it") }
            }
        }

        private fun header(type: Class<*>): String {
            val kind =
                when {
                    type.isAnnotation -> "@interface"
                    type.isInterface -> "interface"
                    type.isEnum -> "enum"
                    type.isRecord -> "record"
                    else -> "class"
                }
            val implied = if (type.isInterface) {
                Modifier.ABSTRACT
            } else if (type.isEnum || type.isRecord) {
                Modifier.FINAL
            } else {
                0
            }
            val modifiers = modifiersText(type.modifiers and (Modifier.INTERFACE or implied).inv() and Modifier.classModifiers())
            val superclass = type.annotatedSuperclass?.takeUnless { it.type == Any::class.java || type.isEnum || type.isRecord }
            val parents = listOfNotNull(superclass) + type.annotatedInterfaces.sortedBy { it.type.typeName }
            return modifiers + (if (type.isSealed) "sealed " else "") + "$kind ${type.name}" + TypeText.parameters(type.typeParameters) +
                (if (parents.isEmpty()) "" else parents.joinToString(", ", " : ") { TypeText.of(it) })
        }

        private fun text(field: Field): String =
            modifiersText(field.modifiers and (Modifier.TRANSIENT or Modifier.VOLATILE).inv()) +
                TypeText.of(field.annotatedType) + " " + field.name

        private fun text(constructor: Constructor<*>): String =
            modifiersText(constructor.modifiers) + "new" + TypeText.parameters(constructor.typeParameters) + callText(constructor)

        private fun text(method: Method): String {
            val modifiers = method.modifiers and Modifier.methodModifiers() and (Modifier.SYNCHRONIZED or Modifier.NATIVE).inv()
            val variables = TypeText.parameters(method.typeParameters)
            return modifiersText(
                modifiers
            ) + (if (method.isDefault) "default " else "") + (if (variables.isEmpty()) "" else "$variables ") +
                TypeText.of(method.annotatedReturnType) + " " + method.name + callText(method)
        }

        private fun callText(executable: Executable): String {
            val parameters = executable.annotatedParameterTypes.map { TypeText.of(it) }
            val thrown = executable.annotatedExceptionTypes.map { TypeText.of(it) }
            return parameters.joinToString(", ", "(", ")") + (if (thrown.isEmpty()) "" else thrown.joinToString(", ", " throws "))
        }

        private fun modifiersText(modifiers: Int): String = if (modifiers == 0) "" else Modifier.toString(modifiers) + " "

        private fun <M> isListed(member: M): Boolean where M : Member = !member.isSynthetic && isOpen(member.modifiers)

        private fun isOpen(modifiers: Int): Boolean = Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers)

        /** The field that holds a Kotlin companion is as visible as the companion's class. */
        private fun isNoHiddenCompanion(field: Field): Boolean = field.type.declaringClass != field.declaringClass || isPublic(field.type)

        private fun isOfObject(method: Method): Boolean =
            when (method.name) {
                "hashCode", "toString" -> method.parameterCount == 0
                "equals" -> method.parameterTypes.contentEquals(arrayOf(Any::class.java))
                else -> false
            }
    }
}
