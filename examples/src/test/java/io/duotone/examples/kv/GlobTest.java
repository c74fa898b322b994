package io.duotone.examples.kv;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest(name = "\"{0}\" against \"{1}\": {2}")
    @CsvSource({
        "*, '', true",
        "*, anything, true",
        "'', '', true",
        "'', a, false",
        "abc, abc, true",
        "abc, abd, false",
        "abc, abcd, false",
        "abcd, abc, false",
        "a*, a, true",
        "a*, abc, true",
        "*c, abc, true",
        "*b, abc, false",
        "a*c, abbbc, true",
        "a*c, abbbd, false",
        "a**c, abc, true",
        "*a*b*, xxaxxbxx, true",
        "*a*b*, xxbxxaxx, false",
        "h?llo, hello, true",
        "h?llo, hllo, false",
        "h[ae]llo, hallo, true",
        "h[ae]llo, hillo, false",
        "h[^e]llo, hallo, true",
        "h[^e]llo, hello, false",
        "h[a-c]llo, hbllo, true",
        "h[c-a]llo, hbllo, true",
        "h[a-c]llo, hdllo, false",
        "h[a-cx]llo, hxllo, true",
        "h[a-]llo, h-llo, false",
        "h[a-]llo, hl, true",
        "h[abc, ha, true",
        "h[abc, hd, false",
        "[^, a, true",
        "[]a, a, false",
        "'[\\]]', ], true",
        "'[\\a-z]', -, true",
        "'a\\*c', a*c, true",
        "'a\\*c', abc, false",
        "'a\\', 'a\\', true",
        "'\\a', a, true",
        "news.*, news.sport, true",
        "news.*, weather, false",
    })
    void matches(String pattern, String subject, boolean expected) {
        assertEquals(expected, new Glob(pattern.getBytes(ISO_8859_1)).matches(subject.getBytes(ISO_8859_1)));
    }

    @Test
    void aPatternMadeToBeSlowIsNot() {
        Glob glob = Glob.of("*a".repeat(200) + "b");
        byte[] subject = "a".repeat(20_000).getBytes(ISO_8859_1);
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertFalse(glob.matches(subject)));
    }
}
