package io.duotone.interop.scope;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.duotone.Duotone;
import io.duotone.Task;
import io.duotone.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A group of tasks that end when the test says so, on its own thread. */
abstract class GroupFixture {
    static Duotone runtime;

    final TaskGroup<String> group = runtime.taskGroup();
    final List<CompletableFuture<String>> gates = new ArrayList<>();

    @BeforeAll
    static void start() {
        runtime = Duotone.builder().name("groups").start();
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    /** A pending task of the group, that the next gate ends. */
    final Task<String> pending() {
        gates.add(new CompletableFuture<>());
        return group.add(gates.get(gates.size() - 1));
    }

    final void end(int gate) {
        gates.get(gate).complete("" + gate);
    }

    final void fail(int gate) {
        gates.get(gate).completeExceptionally(new IllegalStateException("" + gate));
    }

    static <T> T now(Task<T> wait) {
        assertTrue(wait.isDone(), "it should have been answered");
        return wait.join();
    }
}
