package io.duotone.interop.flow;

import io.duotone.AsyncIterator;
import io.duotone.Coroutine;
import io.duotone.Duotone;
import io.duotone.OpenScope;
import io.duotone.Outcome;
import io.duotone.ScopeOptions;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.LongStream;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.Test;

/** The outcomes of coroutines, some of which have to be waited for, as a publisher (rows T21, C22). */
@Test
public final class IteratorPublisherTckTest extends FlowPublisherVerification<Outcome<Long>> {
    private static final long MOST = 1_000;

    private Duotone runtime;
    private OpenScope scope;

    public IteratorPublisherTckTest() {
        super(Tck.environment(), Tck.GC_MILLIS);
    }

    @BeforeClass
    public void open() {
        runtime = Duotone.builder().name("tck").start();
        scope = runtime.open(ScopeOptions.defaults());
    }

    @AfterClass
    public void close() {
        scope.close();
        runtime.close();
    }

    @Override
    public long maxElementsFromPublisher() {
        return MOST;
    }

    @Override
    public Flow.Publisher<Outcome<Long>> createFlowPublisher(long elements) {
        return outcomes(elements).asPublisher();
    }

    /** One that has its only subscriber already. */
    @Override
    public Flow.Publisher<Outcome<Long>> createFailedFlowPublisher() {
        return Tck.taken(outcomes(1).asPublisher());
    }

    private AsyncIterator<Outcome<Long>> outcomes(long count) {
        List<Coroutine<Long>> coroutines = LongStream.range(0, Math.min(count, MOST))
                .mapToObj(i -> (Coroutine<Long>) inner -> inner.yieldNow().thenApply(any -> i))
                .toList();
        return scope.asCompleted(coroutines);
    }
}
