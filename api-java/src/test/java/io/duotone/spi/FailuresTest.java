package io.duotone.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void unwrapsWhatFuturesWrapAround() {
        IOException failure = new IOException(new IllegalStateException());
        assertSame(failure, Failures.unwrap(failure));
        assertSame(failure, Failures.unwrap(new CompletionException(failure)));
        assertSame(failure, Failures.unwrap(new ExecutionException(new CompletionException(failure))));
        CompletionException bare = new CompletionException("no cause", null);
        assertSame(bare, Failures.unwrap(bare));

        CancellationException cancellation = new CancellationException();
        CancellationException around = new CancellationException("get");
        assertSame(around, around.initCause(cancellation));
        assertSame(cancellation, Failures.unwrap(around));
        CancellationException caused = new CancellationException("because");
        assertSame(caused, caused.initCause(failure));
        assertSame(caused, Failures.unwrap(caused));
    }

    @Test
    void rethrowsByTheRule() {
        IllegalStateException unchecked = new IllegalStateException();
        StackOverflowError error = new StackOverflowError();
        IOException io = new IOException();
        InterruptedException checked = new InterruptedException();
        assertSame(unchecked, thrownFor(RuntimeException.class, unchecked));
        assertSame(error, thrownFor(Error.class, error));
        assertSame(io, thrownFor(UncheckedIOException.class, io).getCause());
        assertSame(checked, thrownFor(CompletionException.class, checked).getCause());
    }

    @Test
    void aTraceDoesNotGrowForEver() {
        IllegalStateException failure = new IllegalStateException();
        for (int i = 0; i < 20; i++) {
            assertSame(failure, thrownFor(IllegalStateException.class, failure));
        }
        int length = failure.getStackTrace().length;
        assertSame(failure, thrownFor(IllegalStateException.class, failure));
        assertEquals(length, failure.getStackTrace().length);
    }

    @Test
    void leavesAnExceptionWithoutATraceAlone() {
        RuntimeException bare = new RuntimeException("bare", null, false, false) {
            private static final long serialVersionUID = 1L;
        };
        assertSame(bare, thrownFor(RuntimeException.class, bare));
        assertTrue(bare.getStackTrace().length == 0);
    }

    private static <X extends Throwable> X thrownFor(Class<X> type, Throwable failure) {
        return assertThrows(type, () -> {
            throw Failures.rethrow(new CompletionException(failure));
        });
    }
}
