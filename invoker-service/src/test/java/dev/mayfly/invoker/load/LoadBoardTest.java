package dev.mayfly.invoker.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.scaling.FunctionLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadBoardTest {
    private final LoadBoard board = new LoadBoard(() -> 0);

    private List<FunctionLoad> drained() {
        return board.drain("invoker", Duration.ofSeconds(1), Instant.EPOCH);
    }

    @Test
    void whatWaitsForSandboxesOfOthersNeedsNoneOfItsOwn() {
        try (var first = board.started("f");
                var second = board.started("f");
                var third = board.started("f");
                var fourth = board.started("f")) {
            assertThat(drained()).singleElement().returns(4, FunctionLoad::inFlight);
            first.answered(1_000, 900);
            second.answered(1_000, 700);
            assertThat(drained()).singleElement().returns(1, FunctionLoad::inFlight);
            third.answered(1_000, 0);
            fourth.answered(0, 0);
            assertThat(drained()).singleElement().returns(4, FunctionLoad::inFlight);
        }
    }

    @Test
    void idlenessIsToldOnce() {
        board.started("f").close();
        assertThat(drained()).singleElement().returns(1L, FunctionLoad::arrivals);
        assertThat(drained()).singleElement().returns(0, FunctionLoad::inFlight);
        assertThat(drained()).isEmpty();
    }
}
