package dev.mayfly.host.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.contracts.scaling.HostStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Several hosts that hear each other, and what each of them keeps. */
class ProvisionedSharesTest {
    private static final String NODE = "nodejs20.x";
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final FunctionVersion FUNCTION = version("f");

    /** A host that starts what it is to keep as far as it may. */
    private final class Host {
        private final String id;
        private final long memoryMb;
        private final boolean able;
        private final ProvisionedShares shares;
        private int told;
        private int kept;
        private boolean startsFail;
        private boolean dead;

        Host(String id, long memoryMb, boolean able) {
            this.id = id;
            this.memoryMb = memoryMb;
            this.able = able;
            this.shares = new ProvisionedShares(id, SILENCE, () -> nanos);
        }

        HostStatus status() {
            return ProvisionedSharesTest.status(
                    id,
                    memoryMb,
                    able,
                    new HostStatus.Sandboxes(FUNCTION.key(), kept, 0, 0, told, Math.min(kept, told), null));
        }
    }

    private final Map<String, Host> hosts = new TreeMap<>();
    private long nanos;

    private static FunctionVersion version(String name) {
        return new FunctionVersion(
                "000000000000",
                name,
                "1",
                "r",
                NODE,
                "h",
                128,
                3,
                512,
                Map.of(),
                "00",
                1,
                Isolation.CONTAINER,
                Network.NONE,
                "Active",
                null,
                Instant.EPOCH);
    }

    private static HostStatus status(String id, long memoryMb, boolean able, HostStatus.Sandboxes... sandboxes) {
        var tier = new HostStatus.Tier(Isolation.CONTAINER, able, false, "it", able ? List.of(NODE) : List.of());
        return new HostStatus(id, "http://" + id, List.of(tier), memoryMb, 0, List.of(sandboxes), Instant.EPOCH);
    }

    private Host add(String id, long memoryMb, boolean able) {
        var host = new Host(id, memoryMb, able);
        hosts.put(id, host);
        return host;
    }

    /** A second in which everybody reports, hears all others, and does what it is to. */
    private void second(int provisioned) {
        nanos += Duration.ofSeconds(1).toNanos();
        var living = hosts.values().stream().filter(host -> !host.dead).toList();
        for (Host speaks : living) {
            HostStatus told = speaks.status();
            living.forEach(hears -> hears.shares.hear(told, Duration.ZERO));
        }
        for (Host host : living) {
            host.told = host.shares.of(FUNCTION, provisioned).orElse(host.told);
            host.kept = host.startsFail ? Math.min(host.kept, host.told) : host.told;
        }
    }

    private int keptInAll() {
        return hosts.values().stream()
                .filter(host -> !host.dead)
                .mapToInt(host -> host.kept)
                .sum();
    }

    @Test
    void allHostsTogetherKeepWhatIsProvisionedHoweverTheyComeAndGo() {
        Host a = add("a", 8192, true);
        second(7);
        assertThat(a.kept).isEqualTo(7);

        Host b = add("b", 8192, true);
        Host c = add("c", 8192, true);
        Host unable = add("unable", 8192, false);
        Host small = add("small", 64, true);
        for (int i = 0; i < 5; i++) {
            second(7);
            assertThat(keptInAll()).as("never fewer while they move").isGreaterThanOrEqualTo(7);
        }
        assertThat(keptInAll()).isEqualTo(7);
        assertThat(List.of(a.kept, b.kept, c.kept)).allMatch(kept -> kept == 2 || kept == 3);
        assertThat(unable.kept + small.kept).isZero();

        b.dead = true;
        for (int i = 0; i < 8; i++) {
            second(7);
        }
        assertThat(keptInAll()).isEqualTo(7);
        assertThat(Math.abs(a.kept - c.kept)).isEqualTo(1);

        second(2);
        second(2);
        assertThat(a.kept).isEqualTo(1);
        assertThat(c.kept).isEqualTo(1);
    }

    @Test
    void aHostGivesUpNothingThatTheNextCannotStart() {
        Host a = add("a", 1024, true);
        second(4);
        Host b = add("b", 1024, true);
        b.startsFail = true;
        for (int i = 0; i < 10; i++) {
            second(4);
            assertThat(a.kept).isEqualTo(4);
        }
        b.startsFail = false;
        for (int i = 0; i < 3; i++) {
            second(4);
        }
        assertThat(List.of(a.kept, b.kept)).containsExactly(2, 2);
    }

    @Test
    void whereNobodyCanRunItEverybodyTriesAndSaysWhyNot() {
        Host a = add("a", 1024, false);
        Host b = add("b", 1024, false);
        second(2);
        assertThat(List.of(a.told, b.told)).containsExactly(1, 1);
    }

    @Test
    void whoHearsNothingLeavesThingsAsTheyAre() {
        Host a = add("a", 1024, true);
        Host b = add("b", 1024, true);
        assertThat(a.shares.of(FUNCTION, 4)).as("before it hears itself").isEqualTo(OptionalInt.empty());
        for (int i = 0; i < 3; i++) {
            second(4);
        }
        assertThat(List.of(a.kept, b.kept)).containsExactly(2, 2);
        nanos += Duration.ofMinutes(10).toNanos();
        assertThat(a.shares.of(FUNCTION, 4)).as("while Kafka is away").isEqualTo(OptionalInt.empty());
        a.shares.hear(a.status(), Duration.ZERO);
        assertThat(a.shares.of(FUNCTION, 4))
                .as("the other may just not have spoken yet")
                .hasValue(2);
        for (int i = 0; i < 6; i++) {
            nanos += Duration.ofSeconds(1).toNanos();
            a.shares.hear(a.status(), Duration.ZERO);
        }
        assertThat(a.shares.of(FUNCTION, 4)).as("the other is gone").hasValue(4);
        a.shares.hear(b.status(), SILENCE.plusSeconds(1));
        assertThat(a.shares.of(FUNCTION, 4)).as("what it said long ago").hasValue(4);
    }

    @Test
    void sharesAreInProportionToMemoryAndSingleOnesAreSpread() {
        var three = List.of(status("a", 16_384, true), status("b", 8192, true), status("c", 8192, true));
        assertThat(ProvisionedShares.divide(FUNCTION.key(), 1000, three))
                .isEqualTo(Map.of("a", 500, "b", 250, "c", 250));
        var single = new HashMap<String, Integer>();
        for (int i = 0; i < 4000; i++) {
            var shares = ProvisionedShares.divide(version("f" + i).key(), 1, three);
            assertThat(shares.values().stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(1);
            shares.forEach((host, share) -> single.merge(host, share, Integer::sum));
        }
        assertThat(single.get("a")).isBetween(1850, 2150);
        assertThat(single.get("b")).isBetween(850, 1150);
        var reversed = new ArrayList<>(three).reversed();
        assertThat(ProvisionedShares.divide("k", 5, reversed)).isEqualTo(ProvisionedShares.divide("k", 5, three));
        assertThat(ProvisionedShares.divide("k", 5, List.of())).isEmpty();
    }
}
