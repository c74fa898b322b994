package io.duotone.coroutines.facade

import io.duotone.Coroutine
import io.duotone.LimitedScope
import io.duotone.Task
import io.duotone.TaskOptions
import io.duotone.coroutines.places
import java.util.Objects
import java.util.concurrent.Callable

/** A scope with so many places. */
internal class JavaLimitedScope(private val scope: JavaScope, private val limit: Int) : LimitedScope {
    private val places = places(limit)

    override fun limit(): Int = limit

    override fun running(): Int = limit - places.availablePermits

    override fun <T> spawn(options: TaskOptions, coroutine: Coroutine<T>): Task<Task<T>> {
        Objects.requireNonNull(options, "options")
        Objects.requireNonNull(coroutine, "coroutine")
        return placed { left -> scope.spawn(options, coroutine, left) }
    }

    override fun <T> spawnBlocking(call: Callable<out T>): Task<Task<T>> {
        Objects.requireNonNull(call, "call")
        return placed { left -> scope.spawnBlocking<T>(call, left) }
    }

    private fun <T> placed(start: (left: () -> Unit) -> Task<T>): Task<Task<T>> = scope.call(null) {
        places.acquire()
        try {
            start(places::release)
        } catch (failure: Throwable) {
            places.release()
            throw failure
        }
    }

    override fun toString(): String = "LimitedScope(${running()} of $limit places taken, $scope)"
}
