package io.duotone.examples.kv

/** Numbers of milliseconds, of which some have passed. */
private fun aboutMillis(replies: String) = Regex(":(\\d{5,})\r\n").replace(replies) { found ->
    ":${(found.groupValues[1].toLong() + 4999) / 5000 * 5}s\r\n"
}

private fun sortedArray(replies: String): String = Regex("\\*(\\d+)\r\n((?:\\$\\d+\r\n[^\r]*\r\n)+)").replace(replies) { found ->
    val strings = Regex("\\$\\d+\r\n[^\r]*\r\n").findAll(found.groupValues[2]).map { it.value }.toList()
    val count = found.groupValues[1].toInt()
    "*$count\r\n" + (strings.take(count).sorted() + strings.drop(count)).joinToString("")
}

private val STRINGS = commands(
    "strings",
    """
    GET a
    SET a 1
    GET a
    SET a ""
    GET a
    STRLEN a
    STRLEN missing
    SET a hello
    STRLEN a
    APPEND a " world"
    GET a
    APPEND new start
    GET new
    APPEND new ""
    GETDEL a
    GETDEL a
    GET a
    set lower case
    GeT lower
    GET
    GET a b
    SET
    SET a
    STRLEN
    STRLEN a b
    APPEND a
    APPEND a b c
    GETDEL
    GETDEL a b
    """,
) + commands(
    "many keys",
    """
    MSET a 1 b 2 c 3
    MGET a b c d a
    MGET d
    MSET a x a y
    GET a
    EXISTS a
    EXISTS a b c d
    EXISTS a a a
    DEL a
    DEL a b c d
    DEL b b
    DBSIZE
    MSET a
    MSET a 1 b
    MSET
    MGET
    DEL
    EXISTS
    """,
) + commands(
    "numbers",
    """
    INCR n
    INCR n
    INCRBY n 10
    INCRBY n -20
    DECR n
    DECRBY n 5
    DECRBY n -5
    GET n
    SET n 9223372036854775806
    INCR n
    INCR n
    INCRBY n 1
    GET n
    SET n -9223372036854775807
    DECR n
    DECR n
    DECRBY n 1
    GET n
    DECRBY n -9223372036854775808
    INCRBY n 9223372036854775808
    INCRBY n -9223372036854775809
    INCRBY n x
    INCRBY n 1.5
    INCRBY n ""
    INCRBY n " 1"
    INCRBY n +1
    INCRBY n 01
    INCRBY n -0
    SET n abc
    INCR n
    SET n " 1"
    INCR n
    SET n "1 "
    DECR n
    SET n 01
    INCR n
    SET n 99999999999999999999
    INCR n
    INCR
    INCR a b
    DECR
    INCRBY a
    INCRBY a 1 2
    DECRBY a
    DECRBY a x
    """,
)

private val SETTING = commands(
    "options of set",
    """
    SET a 1 NX
    SET a 2 NX
    GET a
    SET a 3 XX
    SET b 1 XX
    GET b
    SET a 4 GET
    SET c 1 GET
    SET c 2 GET NX
    GET c
    SET d 1 NX GET
    SET e 1 XX GET
    GET e
    SET a 5 XX GET
    SET a 6 nx get
    SET a 7 EX 100
    TTL a
    SET a 8 KEEPTTL
    TTL a
    SET a 9
    TTL a
    SET a 10 PX 100000
    TTL a
    SET a 11 XX EX 50 GET
    TTL a
    SET a 12 EX 10 EX 20
    TTL a
    SET a 13 NX EX 999
    TTL a
    SET a 14 EXAT 1
    GET a
    SET a 15 PXAT 1
    GET a
    SET a 16 EXAT 99999999999
    GET a
    SET a 17 KEEPTTL KEEPTTL
    SET a b EX
    SET a b EX 0
    SET a b EX -1
    SET a b EX x
    SET a b EX 1.5
    SET a b EX 9223372036854775807
    SET a b EX 9223372036854775
    SET a b PX 9223372036854775807
    SET a b PX 0
    SET a b PX
    SET a b PXAT -5
    SET a b EXAT 9223372036854775807
    SET a b EX 10 PX 10
    SET a b PX 10 EX 10
    SET a b EX 10 KEEPTTL
    SET a b KEEPTTL EX 10
    SET a b NX XX
    SET a b XX NX
    SET a b FOO
    SET a b NX FOO
    SET a b GET GET
    SET a b EX 10 NX 5
    SET a b PERSIST
    """,
)

private val LIFETIMES = commands(
    "lifetimes",
    """
    EXPIRE missing 10
    SET a 1
    TTL a
    PTTL a
    TTL missing
    PTTL missing
    EXPIRE a 100
    TTL a
    PERSIST a
    PERSIST a
    PERSIST missing
    TTL a
    PEXPIRE a 100000
    TTL a
    PTTL a
    INCR a
    TTL a
    APPEND a 0
    TTL a
    MSET a 2
    TTL a
    EXPIRE a 0
    EXISTS a
    SET a 1
    EXPIRE a -1
    GET a
    SET a 1
    PEXPIRE a 0
    GET a
    SET a 1
    EXPIRE a 100 NX
    EXPIRE a 200 NX
    TTL a
    EXPIRE a 300 XX
    TTL a
    EXPIRE a 200 GT
    EXPIRE a 400 GT
    TTL a
    EXPIRE a 500 LT
    EXPIRE a 50 LT
    TTL a
    EXPIRE a 60 XX GT
    EXPIRE a 40 xx lt
    TTL a
    PERSIST a
    EXPIRE a 100 XX
    EXPIRE a 100 GT
    EXPIRE a 100 LT
    TTL a
    DEL a
    SET a 1
    TTL a
    EXPIRE a b
    EXPIRE a 1.5
    EXPIRE a 9223372036854775807
    EXPIRE a -9223372036854775808
    PEXPIRE a 9223372036854775807
    EXPIRE a 1 FOO
    EXPIRE a x FOO
    EXPIRE a 1 NX XX
    EXPIRE a 1 NX GT
    EXPIRE a 1 NX LT
    EXPIRE a 1 GT LT
    EXPIRE a 1 XX XX
    EXPIRE a
    EXPIRE
    PEXPIRE a
    TTL
    TTL a b
    PTTL
    PERSIST
    PERSIST a b
    """,
    ::aboutMillis,
)

private val KEYSPACE = commands(
    "databases and keys",
    """
    MSET one 1 two 2 three 3 four 4
    KEYS *
    KEYS t*
    KEYS *o*
    KEYS ???
    KEYS [ot]*
    KEYS [^ot]*
    KEYS [a-p]*
    KEYS f\our
    KEYS missing
    KEYS ""
    DBSIZE
    SELECT 1
    GET one
    SET other 1
    DBSIZE
    KEYS *
    SELECT 0
    GET other
    FLUSHDB
    DBSIZE
    SELECT 1
    DBSIZE
    FLUSHALL
    DBSIZE
    SELECT 15
    SELECT 16
    SELECT -1
    SELECT abc
    SELECT 99999999999
    SELECT -99999999999
    SELECT 1.0
    SELECT
    SELECT 1 2
    FLUSHALL ASYNC
    FLUSHALL sync
    FLUSHALL FOO
    FLUSHALL ASYNC SYNC
    FLUSHDB FOO
    DBSIZE x
    KEYS
    KEYS a b
    """,
    ::sortedArray,
)

/** Conversations about keys and values. */
internal val DATA_SCRIPTS: List<ParityScript> = STRINGS + SETTING + LIFETIMES + KEYSPACE
