package io.duotone.examples.kv

private val PROTOCOL = listOf(
    "an empty array" to "*0\r\n" + request("PING"),
    "arrays of negative size" to "*-1\r\n*-2\r\n" + request("PING"),
    "no number of arguments" to "*\r\n",
    "letters for a number of arguments" to "*abc\r\n" + request("PING"),
    "a plus sign" to "*+1\r\n$4\r\nPING\r\n",
    "a leading zero" to "*01\r\n$4\r\nPING\r\n",
    "too many arguments for 32 bits" to "*2147483648\r\n",
    "too many arguments for 64 bits" to "*18446744073709551616\r\n",
    "a number in place of a string" to "*1\r\n:3\r\n",
    "a word in place of a string" to "*1\r\nfoo\r\n",
    "nothing in place of a string" to "*1\r\n\r\n",
    "a missing string" to "*1\r\n$-1\r\n",
    "a string of length -2" to "*1\r\n$-2\r\n",
    "letters for a length" to "*1\r\n\$abc\r\n",
    "no length" to "*1\r\n$\r\n",
    "a blank in a length" to "*1\r\n$ 4\r\nPING\r\n",
    "a leading zero in a length" to "*1\r\n$04\r\nPING\r\n",
    "a length of 1 GB" to "*1\r\n$1048577000\r\n",
    "a length beyond 64 bits" to "*1\r\n$99999999999999999999\r\n",
    "a bare line feed after the count" to "*1\n$4\r\nPING\r\nPING\r\n",
    "a carriage return alone" to "*1\rX$4\rXPING\r\n",
    "other bytes where the line break belongs" to "*1\r\n$4\r\nPINGxx" + request("PING"),
    "an empty argument" to request("ECHO", ""),
    "requests before the malformed one" to request("SET", "a", "1") + request("GET", "a") + "*1\r\n!\r\n" + request("GET", "a"),
    "an incomplete request" to request("PING") + "*2\r\n$3\r\nGET\r\n$1",
    "a lone star" to "*",
    "a line that is too long" to "x".repeat(70_000),
    "a count that is too long" to "*" + "1".repeat(70_000),
    "a length that is too long" to "*1\r\n$" + "1".repeat(70_000),
    "binary bytes" to request("SET", "\u0000\u00ff\r\n", "\u0001\u0080") + request("GET", "\u0000\u00ff\r\n"),
    "a request in RESP within a string" to request("SET", "a", request("FLUSHALL")) + request("GET", "a"),
    "empty lines" to "\r\n\r\n\nPING\r\n",
    "a line feed alone" to "PING\n\nPING\n",
    "blanks around" to "   PING   hello  \r\n",
    "tabs" to "SET\ta\t1\r\nGET a\r\n",
    "double quotes" to "SET a \"x\\x41\\n\\t\\a\\\"\\q z\"\r\nGET a\r\n",
    "hex digits that are none" to "SET a \"\\xZ1\\x4\"\r\nGET a\r\n",
    "single quotes" to "SET a 'it\\'s \\n'\r\nGET a\r\n",
    "quotes inside a word" to "SET a b\"c d\"\r\nGET a\r\n",
    "quotes that stay open" to "PING\r\nSET a \"open\r\nPING\r\n",
    "single quotes that stay open" to "SET a 'open\r\nPING\r\n",
    "more right after a quote" to "SET a \"x\"y\r\nPING\r\n",
    "a backslash at the end" to "SET a \"x\\\r\nPING\r\n",
    "an empty word" to "ECHO \"\"\r\nECHO ''\r\n",
).map { (name, bytes) -> ParityScript("protocol: $name", bytes) }

// Redis drops what it has not sent when the client ends its output, so that these end with a QUIT.
private val PIPELINES = listOf(
    ParityScript(
        "a long pipeline",
        (1..3000).joinToString("") { request("SET", "k$it", "v".repeat(it % 50)) + request("GET", "k$it") + request("INCR", "n") } +
            request("QUIT"),
    ),
    ParityScript(
        "large values",
        request("SET", "a", "x".repeat(3_000_000)) + request("GET", "a").repeat(3) + request("STRLEN", "a") + request("QUIT"),
    ),
    ParityScript(
        "many arguments",
        request("MSET", *Array(20_000) { "x$it" }) + request("MGET", *Array(10_000) { "x${it * 2}" }) + request("QUIT"),
    ),
    ParityScript(
        "mixed with lines",
        (1..200).joinToString("") { request("INCR", "n") + "GET n\r\n" + request("ECHO", "$it") } + request("QUIT"),
    ),
)

/** Requests in all shapes, malformed ones among them. */
internal val PROTOCOL_SCRIPTS: List<ParityScript> = PROTOCOL + PIPELINES
