package io.duotone.coroutines.facade

import java.lang.ref.WeakReference
import java.util.WeakHashMap

/**
 * The Java faces of objects of kotlinx, which have no place to keep one: as long as somebody holds the face, it is the same object. All
 * access is guarded by this.
 */
internal class Faces<K : Any, F : Any> {
    private val faces = WeakHashMap<K, WeakReference<F>>()

    fun of(other: K, make: () -> F): F = synchronized(this) { faces[other]?.get() ?: make().also { faces[other] = WeakReference(it) } }

    /** What has been made the other way round. */
    fun remember(other: K, face: F) {
        synchronized(this) { faces.putIfAbsent(other, WeakReference(face)) }
    }
}
