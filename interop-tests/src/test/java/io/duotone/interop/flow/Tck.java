package io.duotone.interop.flow;

import io.duotone.coroutines.facade.Publishers;
import java.util.concurrent.Flow;
import java.util.stream.LongStream;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.flow.FlowKt;
import org.reactivestreams.tck.TestEnvironment;

/** What the classes of the Reactive Streams TCK have in common. */
final class Tck {
    /** How long a signal may take. Only a failure takes so long, so it can be long enough for a busy machine. */
    private static final long SIGNAL_MILLIS = 5_000;

    /** How long is waited to see that there is no signal. A test cannot fail because this is short. */
    private static final long NO_SIGNAL_MILLIS = 50;

    /** How often is looked for an error that is expected. */
    private static final long POLL_MILLIS = 10;

    /** How long a publisher may hold a subscriber that has cancelled; the garbage collector is asked after this. */
    static final long GC_MILLIS = 300;

    private Tck() {}

    static TestEnvironment environment() {
        return new TestEnvironment(SIGNAL_MILLIS, NO_SIGNAL_MILLIS, POLL_MILLIS);
    }

    /** One that takes whatever is a number takes numbers. */
    @SuppressWarnings("unchecked")
    static <T> Flow.Subscriber<T> narrowed(Flow.Subscriber<? super T> subscriber) {
        return (Flow.Subscriber<T>) subscriber;
    }

    /** A Kotlin flow of so many numbers as a publisher. */
    static Flow.Publisher<Long> numbers(long count) {
        Iterable<Long> numbers = () -> LongStream.range(0, count).iterator();
        return Publishers.asPublisher(FlowKt.asFlow(numbers), EmptyCoroutineContext.INSTANCE);
    }

    /** The publisher, with a subscriber that wants nothing. */
    static <T> Flow.Publisher<T> taken(Flow.Publisher<T> publisher) {
        publisher.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {}

            @Override
            public void onNext(T element) {}

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        });
        return publisher;
    }
}
