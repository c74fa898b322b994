package io.duotone.interop.flow;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A publisher that a test moves by hand, and that writes down what it is asked for. */
final class HandPublisher<E> implements Flow.Publisher<E>, Flow.Subscription {
    final Queue<Long> requests = new ConcurrentLinkedQueue<>();
    final AtomicInteger cancels = new AtomicInteger();
    final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicBoolean overlapped = new AtomicBoolean();
    private volatile Flow.Subscriber<? super E> subscriber;

    @Override
    public void subscribe(Flow.Subscriber<? super E> subscriber) {
        this.subscriber = subscriber;
        subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
        one(() -> requests.add(n));
    }

    @Override
    public void cancel() {
        one(cancels::incrementAndGet);
        cancelled.complete(null);
    }

    private void one(Runnable call) {
        if (inside.getAndIncrement() != 0) {
            overlapped.set(true);
        }
        call.run();
        inside.decrementAndGet();
    }

    @SafeVarargs
    final void send(E... elements) {
        for (E element : elements) {
            subscriber.onNext(element);
        }
    }

    void complete() {
        subscriber.onComplete();
    }

    void fail(Throwable failure) {
        subscriber.onError(failure);
    }

    Flow.Subscriber<? super E> subscriber() {
        return subscriber;
    }

    void assertSerial() {
        assertFalse(overlapped.get(), "calls of the subscription overlapped (2.7)");
    }
}
