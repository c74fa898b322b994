package io.duotone.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineHeapTest {
    private final DeadlineHeap heap = new DeadlineHeap();

    @Test
    void anEmptyHeapNeverExpires() {
        assertEquals(Entry.NEVER, heap.earliest());
        assertNull(heap.peek());
    }

    @Test
    void theEarliestIsFirstWhateverIsAddedMovedAndRemoved() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Entry> queued = new ArrayList<>();
        for (int round = 0; round < 20_000; round++) {
            int choice = random.nextInt(5);
            if (choice < 2 || queued.isEmpty()) {
                Entry entry = new Entry(ByteKey.of("k" + round), new byte[0]);
                heap.schedule(entry, random.nextInt(1000));
                queued.add(entry);
            } else {
                Entry entry = queued.get(random.nextInt(queued.size()));
                if (choice < 4) {
                    heap.schedule(entry, random.nextInt(1000));
                } else {
                    remove(entry, random.nextBoolean());
                    queued.remove(entry);
                }
            }
            long expected =
                    queued.stream().mapToLong(entry -> entry.deadline).min().orElse(Entry.NEVER);
            assertEquals(expected, heap.earliest(), "seed " + seed + ", round " + round);
            assertEquals(queued.size(), heap.size(), "seed " + seed + ", round " + round);
        }
        long before = 0;
        while (heap.size() > 0) {
            Entry first = heap.peek();
            assertNotNull(first);
            assertEquals(true, first.deadline >= before, "seed " + seed);
            before = first.deadline;
            heap.remove(first);
        }
    }

    private void remove(Entry entry, boolean byDeadline) {
        if (byDeadline) {
            heap.schedule(entry, Entry.NEVER);
        } else {
            heap.remove(entry);
        }
        assertEquals(Entry.NEVER, entry.deadline);
        assertEquals(Entry.NOT_QUEUED, entry.heapIndex);
    }
}
