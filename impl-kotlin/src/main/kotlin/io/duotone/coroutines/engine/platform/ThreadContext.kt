package io.duotone.coroutines.engine.platform

import kotlinx.coroutines.ThreadContextElement
import kotlin.coroutines.CoroutineContext

/** Whether something has to be set on the thread each time a coroutine with this context runs. (In debug mode: always, its name.) */
internal val CoroutineContext.hasThreadContextElements: Boolean
    get() = fold(false) { found, element -> found || element is ThreadContextElement<*> }
