package io.duotone.interop.flow;

import io.duotone.AsyncIterator;
import io.duotone.Task;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.annotations.Test;

/** What an iterator subscribes to its publisher with, and a loop that takes all (rows T21, C22). */
@Test
public final class IteratorSubscriberTckTest extends FlowSubscriberBlackboxVerification<Long> {
    public IteratorSubscriberTckTest() {
        super(Tck.environment());
    }

    @Override
    public Flow.Subscriber<Long> createFlowSubscriber() {
        AtomicReference<Flow.Subscriber<? super Long>> subscriber = new AtomicReference<>();
        Flow.Publisher<Long> publisher = subscriber::set;
        AsyncIterator.from(publisher, 4)
                .forEach(element -> Task.completed(null))
                .exceptionally(failure -> null);
        return Tck.narrowed(subscriber.get());
    }

    @Override
    public Long createElement(int element) {
        return (long) element;
    }
}
