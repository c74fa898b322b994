package io.duotone.interop.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.duotone.Both;
import io.duotone.ContextKey;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.Task;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the guide to tasks and scopes shows in Java: values that follow the work. */
final class ContextSnippetsTest {
    // snippet context
    static final ContextKey<String> USER = ContextKey.named("user");

    static Coroutine<String> handle() {
        return scope -> scope.yieldNow().thenApply(any -> "page for " + USER.getOr("nobody"));
    }
    // end

    @Test
    @DisplayName("T63 C28 the work that was given a value has it, and no other")
    void values() {
        Both<String, String> pages = Duotone.run(scope -> {
            // snippet context
            Task<String> page = scope.spawn(handle().with(USER, "ann"));
            // end
            return page.thenCombine(scope.spawn(handle()), Both::new);
        });
        assertEquals(new Both<>("page for ann", "page for nobody"), pages);
    }
}
