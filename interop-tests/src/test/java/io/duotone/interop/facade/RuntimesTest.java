package io.duotone.interop.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Scope;
import io.duotone.Task;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Runtimes as the rest of a program meets them: again and again, several of them, from plain threads and other libraries. */
class RuntimesTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration FOREVER = Duration.ofDays(1000);

    private static String thread() {
        return Thread.currentThread().getName();
    }

    @Test
    @DisplayName(
            "T4 Y1 S1 a runtime runs one program after another, also after one that failed, and beside another runtime")
    void again() {
        try (Duotone one = Duotone.builder().name("one").threads(1).start();
                Duotone other = Duotone.builder().name("other").threads(1).start()) {
            CompletableFuture<String> gate = new CompletableFuture<>();
            Task<String> background = one.spawn(scope -> gate);
            assertEquals(1, one.<Integer>block(scope -> Task.completed(1)));
            IllegalStateException broken = new IllegalStateException("broken");
            assertSame(
                    broken,
                    assertThrows(IllegalStateException.class, () -> one.<Object>block(scope -> Task.failed(broken))));
            assertEquals(
                    2,
                    one.<Integer>block(
                            scope -> scope.spawnBlocking(() -> other.<Integer>block(inner -> Task.completed(2)))));
            assertFalse(background.isDone());
            gate.complete("value");
            assertEquals("value", background.join());
        }
    }

    @Test
    @DisplayName("T6 coroutines run on several workers at the same time")
    void severalWorkers() {
        CyclicBarrier together = new CyclicBarrier(2);
        Coroutine<String> meets = scope -> {
            together.await(30, TimeUnit.SECONDS);
            return Task.completed(thread());
        };
        try (Duotone two = Duotone.builder().name("two").threads(2).start()) {
            List<String> threads = two.block(
                    scope -> scope.spawn(meets).thenCombine(scope.spawn(meets), (one, other) -> List.of(one, other)));
            assertNotEquals(threads.get(0), threads.get(1));
        }
    }

    @Test
    @DisplayName("S4 S5 a run with a time limit fails when it is over, and the runtime goes on")
    void timeLimit() {
        Coroutine<Void> tooLong = scope -> scope.failAfter(SHORT, inner -> inner.sleep(FOREVER));
        assertInstanceOf(
                TimeoutException.class,
                assertThrows(CompletionException.class, () -> Duotone.run(tooLong))
                        .getCause());
        try (Duotone duotone = Duotone.builder().threads(1).start()) {
            assertInstanceOf(
                    TimeoutException.class,
                    assertThrows(CompletionException.class, () -> duotone.block(tooLong))
                            .getCause());
            assertEquals(1, duotone.<Integer>block(scope -> Task.completed(1)));
            assertThrows(
                    IllegalStateException.class,
                    () -> duotone.<Integer>block(
                            scope -> Task.completed(Duotone.<Integer>run(inner -> Task.completed(1)))));
        }
    }

    @Test
    @DisplayName(
            "S6 work goes to another runtime from anywhere: a coroutine goes on with its task, a plain thread blocks")
    void elsewhere() {
        try (Duotone one = Duotone.builder().name("one").threads(1).start();
                Duotone other = Duotone.builder().name("other").threads(1).start()) {
            String threads = one.block(scope -> other.spawn(inner -> Task.completed(thread()))
                    .thenCombineAsync(scope.yieldNow(), (there, yielded) -> there, one.executor())
                    .thenApplyAsync(there -> there + " " + thread(), one.executor()));
            assertTrue(threads.startsWith("other-worker"), threads);
            assertTrue(threads.contains(" one-worker"), threads);
            String blocked = other.block(scope -> Task.completed(thread()));
            assertTrue(blocked.startsWith("other-worker"), blocked);
        }
    }

    @Test
    @DisplayName(
            "S8 calls are made at once or later, one that fails is reported and hurts no other, one that is cancelled is not made")
    void calls() {
        Queue<Throwable> reports = new ConcurrentLinkedQueue<>();
        AtomicBoolean called = new AtomicBoolean();
        IllegalStateException broken = new IllegalStateException("broken");
        try (Duotone duotone = Duotone.builder()
                .threads(1)
                .uncaught((name, failure) -> reports.add(failure))
                .start()) {
            CountDownLatch made = new CountDownLatch(2);
            duotone.executor().execute(() -> {
                throw broken;
            });
            duotone.executor().execute(made::countDown);
            duotone.block(scope -> {
                Task<Void> later = scope.sleep(FOREVER).thenRun(() -> called.set(true));
                assertTrue(later.cancel("not needed"));
                return scope.sleep(Duration.ofMillis(1)).thenRun(made::countDown);
            });
            Signals.awaitReached(made);
        }
        assertEquals(List.of(broken), List.copyOf(reports));
        assertFalse(called.get());
    }

    @Test
    @DisplayName("S9 C30 a timer fires though there is always something ready")
    void timersBesideReadyWork() {
        AtomicBoolean fired = new AtomicBoolean();
        try (Duotone one = Duotone.builder().threads(1).start()) {
            one.executor().execute(new Spinner(one.executor(), fired));
            one.block(scope -> scope.sleep(SHORT).thenRun(() -> fired.set(true)));
        }
        assertTrue(fired.get());
    }

    private record Spinner(Executor executor, AtomicBoolean until) implements Runnable {
        @Override
        public void run() {
            if (!until.get()) {
                executor.execute(this);
            }
        }
    }

    @Test
    @DisplayName("Y34 a hundred threads complete what a hundred coroutines wait for, at the same time")
    void wakeUps() {
        List<CompletableFuture<Integer>> gates =
                Stream.generate(CompletableFuture<Integer>::new).limit(100).toList();
        try (Duotone duotone = Duotone.builder().start()) {
            Task<List<Integer>> all = duotone.spawn(scope -> scope.spawn(gates.stream()
                    .<Coroutine<Integer>>map(gate -> inner -> gate)
                    .toList()));
            CountDownLatch go = new CountDownLatch(1);
            for (int i = 0; i < gates.size(); i++) {
                int value = i;
                new Thread(() -> {
                            Signals.awaitReached(go);
                            gates.get(value).complete(value);
                        })
                        .start();
            }
            go.countDown();
            assertEquals(IntStream.range(0, 100).boxed().toList(), all.join());
        }
    }

    @Test
    @DisplayName("Y31 to other libraries a task is a future: they wait for it, see its failure, and cancel it")
    void guest() {
        try (Duotone duotone = Duotone.builder().start()) {
            CompletableFuture.allOf(duotone.spawn(Scope::yieldNow), duotone.spawn(Scope::yieldNow))
                    .join();

            IllegalStateException broken = new IllegalStateException("broken");
            CompletableFuture<Object> host = CompletableFuture.supplyAsync(() -> 1)
                    .thenCompose(one -> duotone.spawn(scope -> Task.failed(broken)));
            assertSame(
                    broken, assertThrows(CompletionException.class, host::join).getCause());

            CompletableFuture<Task<Void>> sleeping = new CompletableFuture<>();
            Future<Void> future = duotone.spawn(scope -> {
                Task<Void> sleep = scope.sleep(FOREVER);
                sleeping.complete(sleep);
                return sleep;
            });
            Task<Void> sleep = sleeping.join();
            assertTrue(future.cancel(true));
            assertTrue(future.isCancelled());
            Signals.awaitUntil(sleep::isCancelled);
        }
    }

    @Test
    @DisplayName(
            "S44 R25 work on an executor of one's own is awaited like any; cancelled, it is left behind, and its scope does not wait for it")
    void ownExecutor() {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        ExecutorService mine = Executors.newSingleThreadExecutor(work -> new Thread(work, "mine"));
        try {
            assertEquals(
                    "mine", Duotone.<String>run(scope -> CompletableFuture.supplyAsync(RuntimesTest::thread, mine)));

            Duotone.<Boolean>run(scope -> {
                Task<Integer> left = scope.spawn(inner -> CompletableFuture.supplyAsync(
                        () -> {
                            running.countDown();
                            Signals.awaitReached(mayEnd);
                            ended.set(true);
                            return 1;
                        },
                        mine));
                return scope.spawnBlocking(() -> {
                    Signals.awaitReached(running);
                    return left.cancel("not needed");
                });
            });
            assertFalse(ended.get());
        } finally {
            mayEnd.countDown();
            mine.shutdown();
        }
    }
}
