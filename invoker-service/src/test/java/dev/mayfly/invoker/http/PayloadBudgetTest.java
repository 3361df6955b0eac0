package dev.mayfly.invoker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mayfly.invoker.http.PayloadBudget.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PayloadBudgetTest {
    private static final int MIB = 1 << 20;
    private static final int BUDGET = 64 * MIB;
    private static final long LONG = 60_000;

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        callers.shutdownNow();
    }

    /** Takes until nothing more is given at once. */
    private static List<Share> takeAll(PayloadBudget budget, String account, int each) throws InterruptedException {
        var taken = new ArrayList<Share>();
        try {
            while (true) {
                taken.add(budget.share(account, each));
            }
        } catch (LambdaException e) {
            assertThat(e.error()).isEqualTo(LambdaError.TOO_MANY_REQUESTS);
        }
        return taken;
    }

    @Test
    void oneAccountLeavesHalfToOthers() throws Exception {
        var budget = new PayloadBudget(BUDGET, 0);
        assertThat(takeAll(budget, "noisy", MIB)).hasSize(32);
        assertThat(takeAll(budget, "second", MIB)).hasSize(16);
        assertThat(takeAll(budget, "third", MIB)).hasSize(8);
        budget.share("noisy", 64 << 10).close();
    }

    @Test
    void anAccountsFirstEventTakesWhatIsFree() throws Exception {
        var budget = new PayloadBudget(BUDGET, 0);
        try (var whole = budget.share("a", BUDGET)) {
            assertThatThrownBy(() -> budget.share("b", MIB)).isInstanceOf(LambdaException.class);
            assertThat(whole).isNotNull();
        }
        assertThat(takeAll(budget, "b", MIB)).hasSize(32);
    }

    @Test
    void whoHoldsLeastIsNextWhateverAnotherHasWaiting() throws Exception {
        var budget = new PayloadBudget(BUDGET, LONG);
        Share whole = budget.share("other", BUDGET);
        var noisy = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            callers.submit(() -> {
                budget.share("noisy", 6 * MIB);
                return noisy.incrementAndGet();
            });
        }
        await().until(() -> budget.waiting("noisy") == 1_000);
        Future<Share> quiet = callers.submit(() -> budget.share("quiet", 6 * MIB));
        await().until(() -> budget.waiting("quiet") == 1);
        whole.close();
        assertThat(quiet.get()).isNotNull();
        await().until(() -> noisy.get() == 4);
        assertThat(budget.waiting("noisy")).isEqualTo(996);
    }

    @Test
    void whoGivesUpLeavesNothingBehind() throws Exception {
        var budget = new PayloadBudget(BUDGET, LONG);
        Share whole = budget.share("a", BUDGET);
        Future<Share> waits = callers.submit(() -> budget.share("b", 40 * MIB));
        await().until(() -> budget.waiting("b") == 1);
        waits.cancel(true);
        await().until(() -> budget.waiting("b") == 0);
        whole.close();
        budget.share("c", BUDGET).close();
    }

    @Test
    void manyAtOnceGiveAllBack() throws Exception {
        var budget = new PayloadBudget(BUDGET, LONG);
        var calls = new ArrayList<Future<?>>();
        for (int i = 0; i < 2_000; i++) {
            String account = "a" + i % 5;
            int size = (1 + i % 6) * MIB;
            calls.add(callers.submit(() -> {
                budget.share(account, size).close();
                return null;
            }));
        }
        for (var call : calls) {
            call.get();
        }
        budget.share("last", BUDGET).close();
    }
}
