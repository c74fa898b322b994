package io.duotone.interop.guides;

import static io.duotone.Coroutines.async;
import static io.duotone.Coroutines.await;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.duotone.AsyncIterator;
import io.duotone.Coroutine;
import io.duotone.Cycle;
import io.duotone.Duotone;
import io.duotone.Interval;
import io.duotone.Outcome;
import io.duotone.Scope;
import io.duotone.Task;
import io.duotone.TaskGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the guide to tasks and scopes shows in Java: ways to work together. */
final class WorkSnippetsTest {
    private static Coroutine<String> near() {
        return scope -> scope.yieldNow().thenApply(any -> "near");
    }

    private static Coroutine<String> far() {
        return scope -> scope.sleep(ofHours(1)).thenApply(slept -> "far");
    }

    private static Coroutine<String> down() {
        return scope -> Task.failed(new IllegalStateException("down"));
    }

    private static Coroutine<Integer> lengthOf(String page) {
        return scope -> scope.yieldNow().thenApply(any -> page.length());
    }

    @Test
    @DisplayName("T27 race")
    void race() {
        // snippet race
        String first = Duotone.run(scope -> scope.race(near(), far()));
        // end
        assertEquals("near", first);
    }

    @Test
    @DisplayName("T21 C23 asCompleted")
    void asCompleted() {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        Duotone.run(scope -> {
            // snippet as-completed
            AsyncIterator<Outcome<String>> results = scope.asCompleted(List.of(near(), down()));
            return results.forEach(result -> {
                lines.add(result.isSuccess() ? result.orElseThrow() : "failed");
                return Task.completed(null);
            });
            // end
        });
        assertEquals(List.of("failed", "near"), lines.stream().sorted().toList());
        lines.clear();
        Duotone.run(async(scope -> {
            // snippet as-completed-await
            try (AsyncIterator<Outcome<String>> results = scope.asCompleted(List.of(near(), down(), far()))) {
                for (Outcome<String> result : results.awaiting()) {
                    lines.add(result.isSuccess() ? result.orElseThrow() : "failed");
                    if (lines.size() == 2) break; // closing the iterator cancels what is left
                }
            }
            // end
            return null;
        }));
        assertEquals(List.of("failed", "near"), lines.stream().sorted().toList());
    }

    @Test
    @DisplayName("T19 map with a limit")
    void map() {
        List<String> pages = List.of("a", "bb", "ccc");
        // snippet map
        List<Integer> lengths = Duotone.run(scope -> scope.map(pages, 2, page -> lengthOf(page)));
        // end
        assertEquals(List.of(1, 2, 3), lengths);
    }

    @Test
    @DisplayName("S27 S31 a group of tasks")
    void group() {
        String first = Duotone.run(scope -> {
            // snippet group
            TaskGroup<String> group = scope.runtime().taskGroup();
            group.spawn(scope, near());
            group.spawn(scope, far());
            return group.waitFirstAndPop().thenCompose(task -> {
                group.cancelAll("one is enough");
                return task.orElseThrow();
            });
            // end
        });
        assertEquals("near", first);
    }

    @Test
    @DisplayName("T16 T20 blocking work")
    void blocking(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a"), "text");
        List<Path> files = List.of(file, file);
        Duotone.run(scope -> {
            // snippet blocking
            Task<String> text = scope.spawnBlocking(() -> Files.readString(file));
            Task<List<Long>> sizes = scope.mapBlocking(files, 8, path -> Files.size(path));
            // end
            return text.thenCombine(sizes, (content, all) -> {
                assertEquals("text", content);
                assertEquals(List.of(4L, 4L), all);
                return null;
            });
        });
    }

    @Test
    @DisplayName("C15 a confined view of a scope")
    void confined() {
        int sum = Duotone.run(scope -> {
            // snippet confined
            Scope turns = scope.confined();
            int[] counter = {0}; // no lock: one at a time
            Coroutine<Void> count = inner -> inner.yieldNow().thenRun(() -> counter[0]++);
            return turns.spawn(Collections.nCopies(1000, count)).thenApply(all -> counter[0]);
            // end
        });
        assertEquals(1000, sum);
    }

    @Test
    @DisplayName("T31 an interval")
    void interval() {
        List<Long> missed = new ArrayList<>();
        Duotone.run(async(scope -> {
            // snippet interval-await
            Interval beat = scope.interval(ofMillis(2));
            for (int i = 0; i < 3; i++) {
                missed.add(await(beat.tick())); // 0: this tick was not late by a whole period
            }
            // end
            return null;
        }));
        assertEquals(3, missed.size());
    }

    @Test
    @DisplayName("S46 C24 a cycle")
    void cycle() {
        CompletableFuture<String> pinged = new CompletableFuture<>();
        Coroutine<Boolean> ping = inner -> Task.completed(pinged.complete("ping"));
        Cycle[] made = new Cycle[1];
        String text = Duotone.run(scope -> scope.fork(inner -> {
            // snippet cycle
            Cycle heartbeat = inner.cycle("heartbeat", ofHours(1), ping);
            heartbeat.callNow(); // and then one hour after each run
            // end
            made[0] = heartbeat;
            return pinged;
        }));
        assertEquals("ping", text);
        assertFalse(made[0].isActive());
    }
}
