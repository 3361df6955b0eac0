package dev.mayfly.invoker.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FairLinesTest {
    private final FairLines<String> lines = new FairLines<>();

    private static FunctionVersion function(String account, String name, int memoryMb) {
        return new FunctionVersion(
                account,
                name,
                "$LATEST",
                "",
                "nodejs20.x",
                "index.handler",
                memoryMb,
                3,
                512,
                Map.of(),
                "",
                1,
                Isolation.CONTAINER,
                Network.NONE,
                "Active",
                null,
                Instant.EPOCH);
    }

    private void join(int count, String account, String name, int memoryMb) {
        IntStream.range(0, count).forEach(i -> lines.join(function(account, name, memoryMb), account + name + i));
    }

    private String served() {
        var place = Objects.requireNonNull(lines.next(Set.of()));
        lines.leave(place);
        return place.holder();
    }

    private List<String> served(int count) {
        return IntStream.range(0, count).mapToObj(i -> served()).toList();
    }

    @Test
    void whoComesAfterThousandsOfAnotherAccountIsServedWithinOneTurn() {
        for (int i = 0; i < 50; i++) {
            join(100, "noisy", "f" + i, 1024);
        }
        served(700);
        join(1, "quiet", "g", 1024);
        assertThat(served(2)).contains("quietg0");
        served(10);
        join(1, "quiet", "g", 1024);
        assertThat(served(2)).contains("quietg0");
    }

    @Test
    void accountsShareByMemory() {
        join(1000, "big", "f", 1024);
        join(1000, "small", "g", 128);
        var first = served(90);
        assertThat(first.stream().filter(one -> one.startsWith("small"))).hasSizeBetween(79, 81);
    }

    @Test
    void functionsOfAnAccountTakeTurnsAndWithinAFunctionTheFirstIsFirst() {
        join(3, "a", "f", 128);
        join(3, "a", "g", 128);
        assertThat(served(6)).containsExactly("af0", "ag0", "af1", "ag1", "af2", "ag2");
        assertThat(lines.size()).isZero();
    }

    @Test
    void whoWasRefusedKeepsItsPlaceAndItsAccountsTurn() {
        join(2, "a", "f", 128);
        join(2, "b", "g", 128);
        var refused = Objects.requireNonNull(lines.next(Set.of()));
        var instead = Objects.requireNonNull(lines.next(Set.of(refused.functionKey())));
        assertThat(List.of(refused.holder(), instead.holder())).containsExactlyInAnyOrder("af0", "bg0");
        lines.comeBack(refused);
        lines.leave(instead);
        assertThat(served()).isEqualTo(refused.holder());
    }

    @Test
    void thoseWhoAreRefusedTogetherStandAsTheyCame() {
        join(5, "a", "f", 128);
        var asking = IntStream.range(0, 4)
                .mapToObj(i -> Objects.requireNonNull(lines.next(Set.of())))
                .toList();
        List.of(2, 0, 3, 1).forEach(i -> lines.comeBack(asking.get(i)));
        assertThat(served(5)).containsExactly("af0", "af1", "af2", "af3", "af4");
    }

    @Test
    void whoGivesUpIsForgotten() {
        var place = lines.join(function("a", "f", 128), "gone");
        assertThat(lines.hasMembers("a", Isolation.CONTAINER)).isTrue();
        assertThat(lines.hasMembers("a", Isolation.WASM)).isFalse();
        lines.leave(place);
        assertThat(lines.hasMembers("a", Isolation.CONTAINER)).isFalse();
        assertThat(lines.next(Set.of())).isNull();
    }
}
