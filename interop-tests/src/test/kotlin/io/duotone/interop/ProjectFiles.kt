package io.duotone.interop

import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.isDirectory

/** Where the project's files are; the build passes its root in the system property `duotone.root`. */
internal object ProjectFiles {
    val root: Path =
        Path.of(checkNotNull(System.getProperty("duotone.root")) { "start this with -Dduotone.root=<directory of the root pom.xml>" })

    /** The compiled main classes of [module], which must be there: a rule over nothing would hold. */
    fun classesOf(module: String): Path {
        val classes = root.resolve(module).resolve("target/classes")
        check(Files.exists(classes.resolve("module-info.class"))) { "$classes has no compiled module: build with -am" }
        return classes
    }

    /** The modules with sources of their own. */
    val modules: List<Path> =
        Files.list(root).use { entries -> entries.filter { it.resolve("src").isDirectory() }.sorted().toList() }
}
