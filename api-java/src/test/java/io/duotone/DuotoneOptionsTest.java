package io.duotone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.DuotoneOptions.AtExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DuotoneOptionsTest {
    private static void assertRefused(String expected, DuotoneOptions.Builder builder) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, builder::build);
        assertEquals(expected, refused.getMessage());
    }

    @Test
    @DisplayName(
            "T5 the defaults: a worker for each core, 128 blocking threads kept for 30 s, 5 s of grace, cancel at exit")
    void defaults() {
        DuotoneOptions options = DuotoneOptions.defaults();
        assertEquals("duotone", options.name());
        assertEquals(Runtime.getRuntime().availableProcessors(), options.threads());
        assertEquals(128, options.blockingThreads());
        assertEquals(Duration.ofSeconds(30), options.blockingIdle());
        assertEquals(256, options.awaitThreads());
        assertEquals(Duration.ofSeconds(5), options.shutdownGrace());
        assertSame(AtExit.CANCEL, options.atExit());
        assertNull(options.uncaught());
        assertEquals(options, Duotone.builder().build());
    }

    @Test
    @DisplayName("T5 the builder sets each option, and 0 threads mean one for each core")
    void builder() {
        List<String> reported = new ArrayList<>();
        BiConsumer<String, Throwable> handler = (task, failure) -> reported.add(task);
        DuotoneOptions options = Duotone.builder()
                .name("mine")
                .threads(3)
                .blockingThreads(4)
                .blockingIdle(Duration.ZERO)
                .awaitThreads(5)
                .shutdownGrace(Duration.ofMillis(6))
                .atExit(AtExit.JOIN)
                .uncaught(handler)
                .build();
        assertEquals(
                new DuotoneOptions("mine", 3, 4, Duration.ZERO, 5, Duration.ofMillis(6), AtExit.JOIN, handler),
                options);
        assertTrue(Duotone.builder().threads(0).build().threads() >= 1);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 1025, Integer.MAX_VALUE})
    @DisplayName("T5 C29 a number of workers out of range is refused by name")
    void threadsOutOfRange(int threads) {
        assertRefused(
                "threads must be 1 to 1024, but is " + threads,
                Duotone.builder().threads(threads));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 32_768, Integer.MAX_VALUE})
    @DisplayName("T5 C29 a size of a thread pool out of range is refused by name")
    void poolsOutOfRange(int threads) {
        assertRefused(
                "blockingThreads must be 1 to 32767, but is " + threads,
                Duotone.builder().blockingThreads(threads));
        assertRefused(
                "awaitThreads must be 1 to 32767, but is " + threads,
                Duotone.builder().awaitThreads(threads));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {1, 1024})
    @DisplayName("T5 the ends of the ranges are in them")
    void limits(int threads) {
        DuotoneOptions options = Duotone.builder()
                .threads(threads)
                .blockingThreads(threads == 1 ? 1 : 32_767)
                .awaitThreads(threads == 1 ? 1 : 32_767)
                .build();
        assertEquals(threads, options.threads());
    }

    @Test
    @DisplayName("C29 a negative duration is refused by name; an endless one is not")
    void durations() {
        Duration negative = Duration.ofNanos(-1);
        assertRefused(
                "blockingIdle must not be negative, but is PT-0.000000001S",
                Duotone.builder().blockingIdle(negative));
        assertRefused(
                "shutdownGrace must not be negative, but is PT-0.000000001S",
                Duotone.builder().shutdownGrace(negative));
        Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
        DuotoneOptions options =
                Duotone.builder().blockingIdle(endless).shutdownGrace(endless).build();
        assertEquals(endless, options.shutdownGrace());
    }

    @Test
    @DisplayName("C29 what must be there is refused by name when it is not")
    @SuppressWarnings("NullAway") // the point of the test
    void nulls() {
        assertEquals(
                "name",
                assertThrows(
                                NullPointerException.class,
                                () -> Duotone.builder().name(null).build())
                        .getMessage());
        assertEquals(
                "atExit",
                assertThrows(
                                NullPointerException.class,
                                () -> Duotone.builder().atExit(null).build())
                        .getMessage());
        assertEquals(
                "shutdownGrace",
                assertThrows(
                                NullPointerException.class,
                                () -> Duotone.builder().shutdownGrace(null).build())
                        .getMessage());
    }
}
