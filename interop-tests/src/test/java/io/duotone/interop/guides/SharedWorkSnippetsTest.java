package io.duotone.interop.guides;

import static io.duotone.Coroutines.async;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Both;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.OpenScope;
import io.duotone.Task;
import io.duotone.TaskInfo;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the guide to tasks and scopes shows in Java: scopes without a body, work done once, and what is running. */
final class SharedWorkSnippetsTest {
    private final Queue<String> uploaded = new ConcurrentLinkedQueue<>();

    private Coroutine<Boolean> upload(String file) {
        return scope -> scope.yieldNow().thenApply(any -> uploaded.add(file));
    }

    @Test
    @DisplayName("R3 R12 an open scope")
    void open() {
        Duotone.run(async(scope -> {
            // snippet open-await
            try (OpenScope uploads = scope.open()) {
                uploads.spawn(upload("a"));
                uploads.spawn(upload("b"));
                uploads.join(); // no more comes: waits for both
            } // not reached join: cancelled
            // end
            assertEquals(2, uploaded.size());
            return null;
        }));
    }

    @Test
    @DisplayName("Y7 C25 work that is done once")
    void memoized() {
        AtomicInteger runs = new AtomicInteger();
        Coroutine<Integer> load = scope -> scope.yieldNow().thenApply(any -> runs.incrementAndGet());
        Both<Integer, Integer> both = Duotone.run(scope -> {
            // snippet memoized
            Coroutine<Integer> config = load.memoized("config");
            return scope.spawn(config, config); // one run, the same value twice
            // end
        });
        assertEquals(new Both<>(1, 1), both);
    }

    @Test
    @DisplayName("R24 what is running")
    void tasks() {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<String> gate = new CompletableFuture<>();
        String dump = Duotone.run(scope -> {
            scope.spawn("import", inner -> {
                Task<String> page = inner.spawn("page 1", innermost -> gate);
                begun.complete(null);
                return page;
            });
            return begun.thenApply(any -> {
                // snippet tasks
                String text = scope.tasks().stream().map(TaskInfo::toString).collect(Collectors.joining("\n"));
                // end
                gate.complete("content");
                return text;
            });
        });
        assertTrue(dump.startsWith("import (active"), dump);
        assertTrue(dump.contains("\n  page 1 ("), dump);
    }
}
