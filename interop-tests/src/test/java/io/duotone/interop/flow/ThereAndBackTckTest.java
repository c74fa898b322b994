package io.duotone.interop.flow;

import io.duotone.AsyncIterator;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.Test;

/** A publisher that became an iterator and is a publisher again: both directions in a row, without an end (rows T21, C22). */
@Test
public final class ThereAndBackTckTest extends FlowPublisherVerification<Long> {
    public ThereAndBackTckTest() {
        super(Tck.environment(), Tck.GC_MILLIS);
    }

    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        return AsyncIterator.from(Tck.numbers(elements), 8).asPublisher();
    }

    /** One that has its only subscriber already. */
    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return Tck.taken(createFlowPublisher(1));
    }
}
