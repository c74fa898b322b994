package io.duotone.interop.modules

import io.duotone.interop.ProjectFiles
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import java.io.File
import java.lang.module.ModuleFinder
import java.lang.reflect.Proxy
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import kotlin.io.path.name
import kotlin.io.path.readLines

/** The two modules on a module path: the other tests have them on the class path, where no descriptor is looked at. */
class ModulePathTest :
    FunSpec({
        test("a program on the module path finds the implementation and runs on it") {
            val loader = layer.findLoader(API)
            val coroutine = loader.loadClass("io.duotone.Coroutine")
            val answer =
                Proxy.newProxyInstance(loader, arrayOf(coroutine)) { _, _, _ -> CompletableFuture.completedFuture("from a module") }

            loader.loadClass("io.duotone.Duotone").getMethod("run", coroutine).invoke(null, answer) shouldBe "from a module"
        }

        test("the engine is not exported, to nobody") {
            val engine = implementation.packages().filter { it.startsWith("$IMPLEMENTATION.engine.") }
            engine.shouldNotBeEmpty()
            implementation
                .exports()
                .map { it.source() }
                .filter { it in engine }
                .shouldBeEmpty()
        }

        test("class path and module path name the same providers") {
            for (service in implementation.provides()) {
                val listed =
                    ProjectFiles
                        .classesOf("impl-kotlin")
                        .resolve("META-INF/services")
                        .resolve(service.service())
                        .readLines()
                        .filter { it.isNotBlank() && !it.startsWith("#") }
                listed shouldContainExactlyInAnyOrder service.providers()
            }
            implementation.provides().map { it.service() } shouldContainExactlyInAnyOrder listOf("io.duotone.spi.DuotoneProvider")
        }
    }) {
    private companion object {
        const val API = "io.duotone.api"
        const val IMPLEMENTATION = "io.duotone.coroutines"

        /** Our two modules and the libraries they require, above the JDK's modules alone: nothing of this test's class path is seen. */
        val layer: ModuleLayer by lazy {
            val boot = ModuleLayer.boot()
            val configuration = boot.configuration().resolveAndBind(finder, ModuleFinder.of(), setOf(API))
            boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
        }

        val implementation by lazy { finder.find(IMPLEMENTATION).orElseThrow().descriptor() }

        val finder: ModuleFinder by lazy {
            val libraries =
                System
                    .getProperty("java.class.path")
                    .split(File.pathSeparator)
                    .map { Path.of(it) }
                    .filter { it.name.startsWith("kotlin-stdlib-") || it.name.startsWith("kotlinx-coroutines-core-jvm-") }
            ModuleFinder.of(ProjectFiles.classesOf("api-java"), ProjectFiles.classesOf("impl-kotlin"), *libraries.toTypedArray())
        }
    }
}
