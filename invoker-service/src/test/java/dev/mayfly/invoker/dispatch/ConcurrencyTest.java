package dev.mayfly.invoker.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.scaling.FunctionLoad;
import dev.mayfly.invoker.dispatch.Concurrency.Admission;
import dev.mayfly.invoker.dispatch.Concurrency.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {
    private static final String ACCOUNT = "000000000000";
    private final AtomicLong now = new AtomicLong();
    private final OtherInvokers others = new OtherInvokers("self", now::get);
    private final Concurrency concurrency = new Concurrency(10, others);

    private void rules(String name, @Nullable Integer reserved, int provisioned) {
        concurrency.changed(new InvocationRules(
                ACCOUNT,
                name,
                "",
                null,
                List.of(),
                reserved,
                provisioned == 0 ? List.of() : List.of(new InvocationRules.Provisioned("live", provisioned)),
                List.of(),
                List.of(),
                null));
    }

    private Admission enter(String name) {
        return concurrency.enter(ACCOUNT, name);
    }

    private long admitted(String name, int wishes) {
        return IntStream.range(0, wishes)
                .filter(i -> enter(name) instanceof Admission.Admitted)
                .count();
    }

    private void elsewhere(String invoker, String name, int inFlight) {
        others.heard(
                new FunctionLoad(ACCOUNT + ":" + name + ":$LATEST", invoker, 1, inFlight, 0, 0, 1000, Instant.EPOCH));
        now.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void anAccountRunsAsManyAsItMay() {
        assertThat(admitted("f", 20) + admitted("g", 20)).isEqualTo(10);
        assertThat(enter("g")).isEqualTo(new Admission.Refused(Refusal.UNRESERVED));
        assertThat(concurrency.enter("111111111111", "g")).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void whatEndsMakesRoom() {
        var first = (Admission.Admitted) enter("f");
        assertThat(admitted("f", 20)).isEqualTo(9);
        first.permit().close();
        assertThat(admitted("f", 20)).isEqualTo(1);
    }

    @Test
    void reservedConcurrencyIsBothALimitAndAPromise() {
        rules("f", 3, 0);
        assertThat(admitted("g", 20)).isEqualTo(7);
        assertThat(admitted("f", 20)).isEqualTo(3);
        assertThat(enter("f")).isEqualTo(new Admission.Refused(Refusal.RESERVED));
        rules("f", null, 0);
        assertThat(admitted("f", 20)).isEqualTo(3);
    }

    @Test
    void reservedConcurrencyOfZeroStops() {
        rules("f", 0, 0);
        assertThat(enter("f")).isEqualTo(new Admission.Refused(Refusal.RESERVED));
        assertThat(admitted("g", 20)).isEqualTo(10);
    }

    @Test
    void provisionedConcurrencySpillsOver() {
        rules("f", null, 4);
        assertThat(admitted("g", 20)).isEqualTo(6);
        assertThat(admitted("f", 20)).isEqualTo(4);
        assertThat(enter("f")).isEqualTo(new Admission.Refused(Refusal.UNRESERVED));
    }

    @Test
    void whatOthersRunCounts() {
        elsewhere("other", "f", 4);
        assertThat(admitted("f", 20)).isEqualTo(6);
        rules("g", 2, 0);
        elsewhere("other", "g", 1);
        assertThat(admitted("g", 20)).isEqualTo(1);
        now.addAndGet(Duration.ofSeconds(4).toNanos());
        assertThat(admitted("g", 20)).isEqualTo(1);
    }

    @Test
    void anInvokerHasItsShareWhateverOthersRun() {
        elsewhere("greedy", "f", 10);
        assertThat(admitted("g", 20)).isEqualTo(5);
    }
}
