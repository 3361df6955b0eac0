package dev.mayfly.observability.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FollowerPlacesTest {
    private final FollowerPlaces places = new FollowerPlaces(200, 50);

    private long taken(String account) {
        return IntStream.range(0, 200).filter(each -> places.tryTake(account)).count();
    }

    @Test
    void noAccountTakesThePlacesOfTheOthers() {
        assertThat(taken("greedy")).isEqualTo(50);
        assertThat(places.tryTake("modest")).isTrue();
        assertThat(places.tryTake("greedy")).isFalse();
        places.giveBack("greedy");
        assertThat(places.tryTake("greedy")).isTrue();
    }

    @Test
    void theFewerPlacesAreFreeTheFewerAnAccountGets() {
        assertThat(IntStream.range(0, 8).mapToLong(account -> taken("account-" + account)))
                .containsExactly(50L, 50L, 50L, 25L, 13L, 6L, 3L, 2L);
    }
}
