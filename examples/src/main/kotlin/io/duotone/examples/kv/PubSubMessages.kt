package io.duotone.examples.kv

/** What subscribers are sent, encoded. A message has the same bytes for all subscribers of its channel or pattern. */
internal object PubSubMessages {
    private val MESSAGE = "message".toByteArray()
    private val PATTERN_MESSAGE = "pmessage".toByteArray()
    private const val NAME_AND_COUNT = 3

    fun message(channel: ByteKey, message: ByteArray): ByteArray = strings(MESSAGE, channel.bytes(), message)

    fun patternMessage(pattern: ByteKey, channel: ByteKey, message: ByteArray): ByteArray =
        strings(PATTERN_MESSAGE, pattern.bytes(), channel.bytes(), message)

    /** Confirms that [kind] was done for [name], or for nothing at all, and that [count] subscriptions are left. */
    fun confirmation(kind: String, name: ByteKey?, count: Int): ByteArray = ReplyEncoder().run {
        addArrayHeader(NAME_AND_COUNT)
        addBulk(kind.toByteArray())
        add(Reply.bulk(name?.bytes()))
        add(Reply.whole(count.toLong()))
        take()
    }

    private fun strings(vararg parts: ByteArray): ByteArray = ReplyEncoder().run {
        addArrayHeader(parts.size)
        parts.forEach(::addBulk)
        take()
    }
}
