package io.duotone.interop.flow;

import java.util.concurrent.Flow;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.Test;

/** A Kotlin flow as a publisher (row C22). */
@Test
public final class FlowPublisherTckTest extends FlowPublisherVerification<Long> {
    public FlowPublisherTckTest() {
        super(Tck.environment(), Tck.GC_MILLIS);
    }

    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        return Tck.numbers(elements);
    }

    /** A failure of the flow is found when an element is asked for, not before. */
    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return null;
    }
}
