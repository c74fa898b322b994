package io.duotone.benchmarks.harness

import java.nio.file.Files
import java.nio.file.Path

/** A JDK that measured processes run on. */
class Jdk(val home: Path) {
    val java: Path = home.resolve("bin/java")

    init {
        require(Files.isExecutable(java)) { "no JDK at $home" }
    }

    private val release: Map<String, String> =
        Files
            .readAllLines(home.resolve("release"))
            .filter { '=' in it }
            .associate { it.substringBefore('=') to it.substringAfter('=').trim('"') }

    val version: String = release["JAVA_VERSION"] ?: error("no JAVA_VERSION in the release file of $home")

    /** 17, 21, 25, … */
    val feature: Int = version.substringBefore('.').toInt()

    private val vendor: String = release["IMPLEMENTOR"] ?: "unknown vendor"

    /** What a newer JDK needs to run the peers without warnings; they change no code path. */
    val quietFlags: List<String>
        get() =
            if (feature < 24) {
                emptyList()
            } else {
                listOf("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
            }

    override fun toString(): String = "JDK $version ($vendor)"

    companion object {
        fun current(): Jdk = Jdk(Path.of(System.getProperty("java.home")))
    }
}
