package io.duotone.interop.flow;

import io.duotone.Duotone;
import io.duotone.coroutines.facade.Publishers;
import io.duotone.coroutines.facade.Suspending;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import kotlin.Unit;
import kotlinx.coroutines.flow.FlowKt;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.annotations.Test;

/** What the collection of a publisher that is a Kotlin flow subscribes with (row C22). */
@Test
public final class FlowSubscriberTckTest extends FlowSubscriberBlackboxVerification<Long> {
    public FlowSubscriberTckTest() {
        super(Tck.environment());
    }

    @Override
    public Flow.Subscriber<Long> createFlowSubscriber() {
        CompletableFuture<Flow.Subscriber<? super Long>> subscriber = new CompletableFuture<>();
        Flow.Publisher<Long> publisher = subscriber::complete;
        kotlinx.coroutines.flow.Flow<Long> flow = Publishers.asFlow(publisher, 4);
        Suspending.<Unit>task(Duotone.shared(), k -> FlowKt.collect(flow, k)).exceptionally(failure -> Unit.INSTANCE);
        return Tck.narrowed(subscriber.join());
    }

    @Override
    public Long createElement(int element) {
        return (long) element;
    }
}
