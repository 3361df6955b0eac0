package dev.mayfly.registry.functions;

import static dev.mayfly.contracts.function.Isolation.CONTAINER;
import static dev.mayfly.contracts.function.Isolation.GVISOR;
import static dev.mayfly.contracts.function.Isolation.MICROVM;
import static dev.mayfly.contracts.function.Isolation.WASM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.registry.code.CodeContents;
import dev.mayfly.registry.hosts.Offer;
import dev.mayfly.registry.lambda.LambdaException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TierChoiceTest {
    private static final String NODE = "nodejs20.x";
    private static final String PYTHON = "python3.11";
    private static final String MODULE = "wasm32-wasip1";
    private static final Map<String, String> NO_TAGS = Map.of();

    /** All four tiers; gVisor has no Python here. */
    private static final Offer ALL = offer(Map.of(
            WASM, runtimes(MODULE),
            CONTAINER, runtimes(NODE, PYTHON),
            GVISOR, runtimes(NODE),
            MICROVM, runtimes(NODE, PYTHON)));

    private static final Offer OLD = offer(Map.of(WASM, runtimes(MODULE), CONTAINER, runtimes(NODE)));

    private static SortedSet<String> runtimes(String... names) {
        return new TreeSet<>(List.of(names));
    }

    private static Offer offer(Map<Isolation, SortedSet<String>> tiers) {
        return new Offer(tiers, Map.of(), Set.of());
    }

    private static Map<String, String> tag(String value) {
        return Map.of(Isolation.TAG, value);
    }

    private static Isolation place(Offer offer, @Nullable Isolation minimum, String runtime, Map<String, String> tags) {
        return new TierChoice(offer, minimum).place(runtime, tags).isolation();
    }

    @ParameterizedTest
    @CsvSource({
        "nodejs20.x,    ,          GVISOR",
        "nodejs20.x,    WASM,      GVISOR",
        "nodejs20.x,    CONTAINER, GVISOR",
        "nodejs20.x,    GVISOR,    GVISOR",
        "nodejs20.x,    MICROVM,   MICROVM",
        "python3.11,    ,          CONTAINER",
        "python3.11,    CONTAINER, CONTAINER",
        "python3.11,    GVISOR,    MICROVM",
        "wasm32-wasip1, ,          WASM",
        "wasm32-wasip1, WASM,      WASM"
    })
    void autoIsTheRuntimesOwnTierOrWhatTheMinimumAsksFor(
            String runtime, @Nullable Isolation minimum, Isolation chosen) {
        assertThat(place(ALL, minimum, runtime, NO_TAGS)).isEqualTo(chosen);
        assertThat(place(ALL, minimum, runtime, tag("auto"))).isEqualTo(chosen);
    }

    @Test
    void autoIsContainerWhereThereIsNoGvisor() {
        assertThat(place(OLD, null, NODE, NO_TAGS)).isEqualTo(CONTAINER);
        assertThatThrownBy(() -> place(OLD, GVISOR, NODE, NO_TAGS))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("offers isolation gvisor or microvm, and the account's minimum is gvisor")
                .hasMessageContaining("Offered now: [wasm, container]");
    }

    @Test
    void aNamedTierIsTakenWhenItIsOfferedWithTheRuntime() {
        assertThat(place(ALL, null, NODE, tag("container"))).isEqualTo(CONTAINER);
        assertThat(place(ALL, GVISOR, NODE, tag("microvm"))).isEqualTo(MICROVM);
        assertThatThrownBy(() -> place(ALL, null, PYTHON, tag("gvisor")))
                .hasMessageContaining("offers isolation gvisor with the runtime python3.11 (it has [nodejs20.x])");
    }

    @Test
    void whatIsWeakerThanTheMinimumIsRefusedNamingBoth() {
        assertThatThrownBy(() -> place(ALL, GVISOR, NODE, tag("container")))
                .hasMessage("The tag mayfly:isolation=container is weaker than the account's minimum, gvisor."
                        + " Use gvisor, microvm or auto, or have an owner lower the minimum.");
        for (var tags : List.of(NO_TAGS, tag("wasm"), tag("auto"))) {
            assertThatThrownBy(() -> place(ALL, CONTAINER, MODULE, tags))
                    .hasMessageContaining("wasm")
                    .hasMessageContaining("weaker than the account's minimum, container")
                    .hasMessageContaining("another runtime");
        }
    }

    @Test
    void anOfferIsSettledOnceNothingBetterMayCome() {
        var starting = new Offer(
                Map.of(CONTAINER, runtimes(NODE)), Map.of(GVISOR, "x", MICROVM, "x"), Set.of(GVISOR, MICROVM));
        var nearly =
                new Offer(Map.of(CONTAINER, runtimes(NODE)), Map.of(GVISOR, "no runsc", MICROVM, "x"), Set.of(MICROVM));

        assertThat(TierChoice.isSettled(starting, NODE, NO_TAGS, null)).isFalse();
        assertThat(TierChoice.isSettled(starting, NODE, tag("container"), null)).isTrue();
        assertThat(TierChoice.isSettled(starting, NODE, tag("microvm"), null)).isFalse();
        assertThat(TierChoice.isSettled(nearly, NODE, NO_TAGS, null)).isTrue();
        assertThat(TierChoice.isSettled(nearly, NODE, NO_TAGS, GVISOR)).isFalse();
        assertThat(place(starting, null, NODE, NO_TAGS)).isEqualTo(CONTAINER);
    }

    @Test
    void modulesReachNoInternet() {
        var egress = Map.of(Network.TAG, "egress");
        assertThat(new TierChoice(ALL, null).place(NODE, egress).network()).isEqualTo(Network.EGRESS);
        assertThat(new TierChoice(ALL, null)
                        .place(NODE, Map.of(Network.TAG, "none"))
                        .network())
                .isEqualTo(Network.NONE);
        assertThatThrownBy(() -> new TierChoice(ALL, null).place(MODULE, egress))
                .hasMessageContaining("mayfly:network=egress does not go with the runtime wasm32-wasip1");
    }

    @Test
    void virtualMachinesReachNoInternet() {
        assertThatThrownBy(() ->
                        new TierChoice(ALL, null).place(NODE, Map.of(Network.TAG, "egress", Isolation.TAG, "microvm")))
                .hasMessageContaining("mayfly:network=egress does not go with the tier microvm");
        assertThatThrownBy(() -> new TierChoice(ALL, Isolation.MICROVM).place(NODE, Map.of(Network.TAG, "egress")))
                .hasMessageContaining("Use container or gvisor");
    }

    private static DeployedFunction deployed(Isolation isolation, Map<String, String> tags) {
        return new DeployedFunction(
                "000000000000",
                "f",
                new FunctionSettings(NODE, "index.handler", "role", "", 128, 3, 512, Map.of(), FunctionOptions.NONE),
                new FunctionCode("00", 1, new CodeContents(false, List.of(), 0), null, null),
                "x86_64",
                new Placement(isolation, Network.NONE),
                tags,
                Clock.systemUTC());
    }

    private static Isolation keep(@Nullable Offer offer, @Nullable Isolation minimum, DeployedFunction function) {
        return new TierChoice(offer, minimum).keep(function).isolation();
    }

    @Test
    void anUpdateMovesWhatWasChosenAutomatically() {
        assertThat(keep(ALL, null, deployed(CONTAINER, NO_TAGS))).isEqualTo(GVISOR);
        assertThat(keep(OLD, null, deployed(GVISOR, NO_TAGS))).isEqualTo(CONTAINER);
        assertThat(keep(ALL, MICROVM, deployed(CONTAINER, NO_TAGS))).isEqualTo(MICROVM);
        assertThat(keep(ALL, null, deployed(CONTAINER, tag("container")))).isEqualTo(CONTAINER);
    }

    @Test
    void anUpdateKeepsTheTierWhileItIsUnknownWhatIsOffered() {
        var checking = new Offer(Map.of(CONTAINER, runtimes(NODE)), Map.of(GVISOR, "x"), Set.of(GVISOR));
        assertThat(keep(checking, null, deployed(GVISOR, NO_TAGS))).isEqualTo(GVISOR);
        assertThat(keep(null, null, deployed(CONTAINER, NO_TAGS))).isEqualTo(CONTAINER);
        assertThat(keep(OLD, null, deployed(GVISOR, tag("gvisor")))).isEqualTo(GVISOR);
        assertThatThrownBy(() -> keep(null, GVISOR, deployed(CONTAINER, NO_TAGS)))
                .hasMessageContaining("No sandbox host is running");
    }

    @Test
    void anUpdateOfWhatIsTooWeakNowIsRefused() {
        assertThatThrownBy(() -> keep(ALL, GVISOR, deployed(CONTAINER, tag("container"))))
                .hasMessageContaining("weaker than the account's minimum, gvisor");
    }
}
