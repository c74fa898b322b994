package io.duotone.examples.kv;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 9, 10, -10, 1234567890, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE})
    void readsWhatItWrites(long number) {
        byte[] digits = Decimal.format(number);
        assertEquals(Long.toString(number), new String(digits, ISO_8859_1));
        assertEquals(number, Decimal.parse(digits));
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(
            strings = {
                "",
                "-",
                "+1",
                "01",
                "-01",
                "-0",
                "00",
                " 1",
                "1 ",
                "1a",
                "a",
                "1.0",
                "0x10",
                "9223372036854775808",
                "-9223372036854775809",
                "99999999999999999999",
                "123456789012345678901234567890"
            })
    void refusesWhatRedisRefuses(String text) {
        assertThrows(NumberFormatException.class, () -> Decimal.parse(text.getBytes(ISO_8859_1)));
    }
}
