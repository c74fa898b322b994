package io.duotone.interop.guides;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.CancelReason;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.DuotoneOptions.AtExit;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.TaskCancelledException;
import io.duotone.TaskOptions;
import io.duotone.Timed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the guide to cancellation shows in Java. */
final class CancellationSnippetsTest {
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    private static Coroutine<String> slow() {
        return scope -> scope.sleep(ofHours(1)).thenApply(slept -> "slow");
    }

    private static Coroutine<String> quick() {
        return scope -> Task.completed("quick");
    }

    private Coroutine<Boolean> goodbye() {
        return scope -> scope.sleep(ofMillis(1)).thenApply(slept -> log.add("goodbye"));
    }

    @Test
    @DisplayName("C6 C7 a task is cancelled with a reason")
    void cancel() {
        Duotone.run(scope -> {
            // snippet cancel
            Task<String> report = scope.spawn("report", slow());
            report.cancel("the user left");

            CancelReason reason = report.cancelReason(); // kind CANCELLED, message "the user left"
            // end
            assertEquals(CancelReason.Kind.CANCELLED, reason.kind());
            assertEquals("the user left", reason.message());
            assertEquals("report", reason.origin());
            return Task.completed(null);
        });
    }

    @Test
    @DisplayName("C5 every wait of a cancelled body throws")
    void level() {
        CompletableFuture<Task<Boolean>> itself = new CompletableFuture<>();
        Duotone.run(scope -> {
            Task<Boolean> task = scope.spawn(async(inner -> {
                // snippet level-await
                try {
                    return await(inner.sleep(ofHours(1))) == null;
                } catch (TaskCancelledException cancelled) {
                    log.add(cancelled.reason().message());
                    await(inner.yieldNow()); // throws again: a cancelled body cannot wait any more
                    return false;
                }
                // end
            }));
            itself.complete(task);
            return scope.yieldNow().thenApply(any -> task.cancel("enough"));
        });
        assertTrue(itself.join().isCancelled());
        // Cancelled before its first wait the body may not have begun.
        assertTrue(log.isEmpty() || log.equals(List.of("enough")), log::toString);
    }

    @Test
    @DisplayName("C5 C8 cleanup that waits")
    void cleanup() {
        CountDownLatch begun = new CountDownLatch(1);
        Duotone.run(scope -> {
            Coroutine<String> body = async(inner -> {
                // snippet cleanup-await
                try {
                    begun.countDown();
                    return await(slow().start(inner));
                } finally {
                    // In a task of the runtime, which this cancellation does not reach. join() waits, await() would
                    // throw.
                    inner.runtime().spawn(goodbye()).join();
                }
                // end
            });
            Task<String> task = scope.spawn(body);
            return scope.spawnBlocking(() -> {
                begun.await();
                return task.cancel("enough");
            });
        });
        assertEquals(List.of("goodbye"), log);
    }

    @Test
    @DisplayName("C17 the last dependent cancels what it waits for; a shared task is kept")
    void upstream() {
        Duotone.run(scope -> {
            // snippet upstream
            Task<String> page = scope.spawn(slow());
            Task<Integer> length = page.thenApply(String::length);
            Task<String> title = page.thenApply(String::trim);
            length.cancel("not needed"); // page goes on: title waits for it
            title.cancel("not needed"); // the last one: page is cancelled too

            Task<String> kept = scope.spawn(quick()).shared();
            kept.thenApply(String::length).cancel("not needed"); // kept goes on
            // end
            assertTrue(page.isCancelled());
            assertFalse(kept.isCancelled());
            return kept;
        });
    }

    @Test
    @DisplayName("C10 S21 T30 the two kinds of timeouts")
    void timeouts() {
        Duotone.run(scope -> {
            // snippet timeouts
            Task<String> strict = scope.failAfter(ofMillis(5), slow()); // fails with a TimeoutException
            Task<Timed<String>> lenient = scope.moveOnAfter(ofMillis(5), slow());
            Task<String> text = lenient.thenApply(timed -> timed.isTimedOut() ? "too late" : timed.get());
            // end
            return strict.handle((value, failure) -> {
                        assertInstanceOf(TimeoutException.class, failure);
                        return value;
                    })
                    .thenCombine(text, (any, given) -> {
                        assertEquals("too late", given);
                        return null;
                    });
        });
    }

    @Test
    @DisplayName("C10 R21 nested calls inherit the deadline")
    void deadlines() {
        Duotone.run(scope -> {
            // snippet deadline
            Duration byThen = scope.runtime().time().plus(ofSeconds(30));
            Task<Duration> left = scope.failAt(
                    byThen,
                    outer -> outer.failAfter(ofHours(1), inner -> {
                        return Task.completed(inner.timeLeft().orElseThrow()); // of the thirty seconds, not of the hour
                    }));
            // end
            return left.thenAccept(time -> assertTrue(time.compareTo(ofSeconds(30)) <= 0, time::toString));
        });
    }

    @Test
    @DisplayName("R18 S22 a timeout is moved")
    void moving() {
        Iterator<String> lines = List.of("a", "b").iterator();
        Duotone.run(scope -> scope.fork(inner -> {
            // snippet move-timeout
            inner.timeoutAfter(ofSeconds(30)); // from now, whatever it was before
            inner.clearTimeout();

            Task<Void> all = inner.repeatTimeout(ofSeconds(30), turn -> {
                log.add(lines.next()); // each turn has its thirty seconds
                return Task.completed(lines.hasNext());
            });
            // end
            return all;
        }));
        assertEquals(List.of("a", "b"), log);
    }

    @Test
    @DisplayName("C11 T17 a blocking call is interrupted")
    void blockingCalls() {
        CountDownLatch begun = new CountDownLatch(1);
        Duotone.run(scope -> {
            // snippet interrupt
            Task<String> call = scope.spawnBlocking(() -> {
                begun.countDown();
                try {
                    new CountDownLatch(1).await(); // some blocking call
                } catch (InterruptedException cancelled) {
                    log.add("interrupted");
                }
                return "value of nobody";
            });
            // end
            return scope.spawnBlocking(() -> {
                begun.await();
                return call.cancel("enough");
            });
        });
        assertEquals(List.of("interrupted"), log);
    }

    @Test
    @DisplayName("R16 C5 a task that does not end is reported")
    void cancelTimeout() {
        Duotone.run(scope -> {
            // snippet cancel-timeout
            TaskOptions watched = TaskOptions.defaults().named("upload").cancelTimeout(ofSeconds(2));
            Task<String> upload = scope.spawn(watched, slow());
            // end
            return scope.yieldNow().thenApply(any -> upload.cancel("enough"));
        });
    }

    @Test
    @DisplayName("C1 C18 options for the end of a runtime, and for failures that nobody hears of")
    void shutdown() {
        Coroutine<Scope> main = scope -> {
            scope.runtime().spawn(goodbye());
            scope.fork(inner -> {
                throw new IllegalStateException("nobody waits for this");
            });
            return Task.completed(scope);
        };
        // snippet shutdown
        Duotone.builder()
                .atExit(AtExit.JOIN) // wait for tasks of the runtime itself; the default cancels them
                .shutdownGrace(ofSeconds(10))
                .uncaught((task, failure) -> log.add(task + ": " + failure.getMessage()))
                .run(main);
        // end
        assertEquals(2, log.size(), log::toString);
        assertTrue(log.contains("goodbye"), log::toString);
    }

    @Test
    @DisplayName("C29 C10 what await throws for each kind of failure")
    void exceptions() {
        IOException io = new IOException("disk");
        Coroutine<String> reads = scope -> Task.failed(io);
        assertEquals(
                io,
                assertThrows(UncheckedIOException.class, () -> Duotone.run(reads))
                        .getCause());
        Coroutine<String> late = scope -> scope.failAfter(ofMillis(1), slow());
        assertInstanceOf(
                TimeoutException.class,
                assertThrows(CompletionException.class, () -> Duotone.run(late)).getCause());
    }
}
