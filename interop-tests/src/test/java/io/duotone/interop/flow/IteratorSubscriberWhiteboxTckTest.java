package io.duotone.interop.flow;

import io.duotone.AsyncIterator;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.tck.SubscriberWhiteboxVerification;
import org.reactivestreams.tck.flow.FlowSubscriberWhiteboxVerification;
import org.testng.annotations.Test;

/** What an iterator subscribes to its publisher with, asked and closed by the tests (rows T21, C22). */
@Test
public final class IteratorSubscriberWhiteboxTckTest extends FlowSubscriberWhiteboxVerification<Long> {
    public IteratorSubscriberWhiteboxTckTest() {
        super(Tck.environment());
    }

    @Override
    protected Flow.Subscriber<Long> createFlowSubscriber(
            SubscriberWhiteboxVerification.WhiteboxSubscriberProbe<Long> probe) {
        AtomicReference<Flow.Subscriber<? super Long>> subscriber = new AtomicReference<>();
        Flow.Publisher<Long> publisher = subscriber::set;
        return new Probed(AsyncIterator.from(publisher, 1), Tck.narrowed(subscriber.get()), probe);
    }

    @Override
    public Long createElement(int element) {
        return (long) element;
    }

    /** Tells the tests what the subscriber has been told. */
    private record Probed(
            AsyncIterator<Long> elements,
            Flow.Subscriber<Long> subscriber,
            SubscriberWhiteboxVerification.WhiteboxSubscriberProbe<Long> probe)
            implements Flow.Subscriber<Long> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
            probe.registerOnSubscribe(new SubscriberWhiteboxVerification.SubscriberPuppet() {
                @Override
                public void triggerRequest(long count) {
                    for (long i = 0; i < count; i++) {
                        elements.next().exceptionally(failure -> null);
                    }
                }

                @Override
                public void signalCancel() {
                    elements.close();
                }
            });
        }

        @Override
        public void onNext(Long element) {
            subscriber.onNext(element);
            probe.registerOnNext(element);
        }

        @Override
        public void onError(Throwable failure) {
            subscriber.onError(failure);
            probe.registerOnError(failure);
        }

        @Override
        public void onComplete() {
            subscriber.onComplete();
            probe.registerOnComplete();
        }
    }
}
