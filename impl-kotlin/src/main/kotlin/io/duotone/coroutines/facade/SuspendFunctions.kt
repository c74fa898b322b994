package io.duotone.coroutines.facade

import kotlin.coroutines.Continuation

// Suspend functions as what they are in the class file, with their continuation last: called so, a function that does not suspend makes no
// object on the way, where a lambda around it would be two.

@Suppress("UNCHECKED_CAST")
internal fun <A, R> unary(function: suspend (A) -> R) = function as (A, Continuation<R>) -> Any?

@Suppress("UNCHECKED_CAST")
internal fun <A, B, R> binary(function: suspend (A, B) -> R) = function as (A, B, Continuation<R>) -> Any?

@Suppress("UNCHECKED_CAST")
internal fun <A, B, C, R> ternary(function: suspend (A, B, C) -> R) = function as (A, B, C, Continuation<R>) -> Any?
