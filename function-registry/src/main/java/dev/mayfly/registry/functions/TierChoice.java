package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.registry.hosts.Offer;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the tier of a function from its tags, its runtime, what hosts offer and what its account demands.
 *
 * @param offer null when no host is heard
 * @param minimum the account's; null when any tier will do
 */
record TierChoice(@Nullable Offer offer, @Nullable Isolation minimum) {
    /** What {@code auto} means for everything but WebAssembly: the first of these that is offered and strong enough. */
    private static final List<Isolation> AUTO = List.of(Isolation.GVISOR, Isolation.CONTAINER, Isolation.MICROVM);

    /**
     * Whether {@code offer} already says what {@link #place} will say once every host has tried every tier.
     *
     * @throws LambdaException as {@link #place}, for what no offer mends
     */
    static boolean isSettled(Offer offer, String runtime, Map<String, String> tags, @Nullable Isolation minimum) {
        for (Isolation candidate : candidates(runtime, tags, minimum)) {
            if (offer.has(candidate, runtime)) {
                return true;
            }
            if (offer.checking().contains(candidate)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Where a function with these tags runs from now on.
     *
     * @throws LambdaException when a tag has a value that it cannot have, the tags ask for what does not go with the runtime or
     *     is weaker than the minimum, or no host offers it
     */
    Placement place(String runtime, Map<String, String> tags) {
        List<Isolation> candidates = candidates(runtime, tags, minimum);
        if (offer == null) {
            throw LambdaError.SERVICE.with("No sandbox host is running, so it is unknown which tiers there are."
                    + " Start a sandbox host and try again.");
        }
        Isolation isolation =
                offered(offer, candidates, runtime).orElseThrow(() -> notOffered(offer, candidates, runtime));
        return new Placement(isolation, network(runtime, tags));
    }

    /**
     * Where a function runs after an update that did not choose its tier. One that names its tier stays in it; {@code auto}
     * follows what is offered now, but does not leave a tier only because no host says yet that it has it.
     *
     * @throws LambdaException when it is weaker than the minimum and cannot be moved
     */
    Placement keep(DeployedFunction function) {
        String runtime = function.settings().runtime();
        Map<String, String> tags = function.tags();
        List<Isolation> candidates = candidates(runtime, tags, minimum);
        Isolation present = function.placement().isolation();
        boolean mayStay = candidates.contains(present);
        boolean unknown = offer == null || offer.checking().contains(present);
        if (mayStay && (unknown || candidates.size() == 1)) {
            return function.placement();
        }
        if (mayStay && offered(offer, candidates, runtime).isEmpty()) {
            return function.placement();
        }
        return place(runtime, tags);
    }

    private static Optional<Isolation> offered(@Nullable Offer offer, List<Isolation> candidates, String runtime) {
        return candidates.stream()
                .filter(candidate -> offer != null && offer.has(candidate, runtime))
                .findFirst();
    }

    /** The tiers that will do, best first; never empty. */
    private static List<Isolation> candidates(String runtime, Map<String, String> tags, @Nullable Isolation minimum) {
        List<Isolation> candidates = ofStrength(runtime, tags, minimum);
        if (network(runtime, tags) == Network.NONE) {
            return candidates;
        }
        List<Isolation> connected =
                candidates.stream().filter(Isolation::mayHaveEgress).toList();
        if (connected.isEmpty()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The tag " + Network.TAG + "=egress does not go with the tier " + names(candidates)
                            + ", whose sandboxes have no network. Use container or gvisor, or leave the tag out.");
        }
        return connected;
    }

    private static List<Isolation> ofStrength(String runtime, Map<String, String> tags, @Nullable Isolation minimum) {
        String tag = tags.getOrDefault(Isolation.TAG, Isolation.AUTO);
        if (tag.equals(Isolation.AUTO)) {
            return automatic(runtime, minimum);
        }
        Isolation named = Isolation.fromTag(tag).orElseThrow(() -> noSuchTier(tag));
        if (Runtimes.isWasm(runtime) != (named == Isolation.WASM)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The tag " + Isolation.TAG + "=" + tag
                    + " does not go with the runtime " + runtime + ": " + Runtimes.WASM
                    + " runs with isolation wasm and no other, other runtimes never do.");
        }
        if (minimum != null && !named.satisfies(minimum)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The tag " + Isolation.TAG + "=" + tag
                    + " is weaker than the account's minimum, " + minimum.tagValue() + ". Use "
                    + (Runtimes.isWasm(runtime) ? "another runtime" : names(strongEnough(minimum)) + " or auto")
                    + ", or have an owner lower the minimum.");
        }
        return List.of(named);
    }

    private static List<Isolation> automatic(String runtime, @Nullable Isolation minimum) {
        if (!Runtimes.isWasm(runtime)) {
            return strongEnough(minimum);
        }
        if (minimum != null && !Isolation.WASM.satisfies(minimum)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The runtime " + runtime
                    + " runs with isolation wasm, which is weaker than the account's minimum, " + minimum.tagValue()
                    + ". Use another runtime, or have an owner lower the minimum.");
        }
        return List.of(Isolation.WASM);
    }

    private static List<Isolation> strongEnough(@Nullable Isolation minimum) {
        return AUTO.stream()
                .filter(tier -> minimum == null || tier.satisfies(minimum))
                .toList();
    }

    private static Network network(String runtime, Map<String, String> tags) {
        String tag = tags.getOrDefault(Network.TAG, Network.NONE.tagValue());
        Network network = Network.fromTag(tag)
                .orElseThrow(() -> LambdaError.INVALID_PARAMETER_VALUE.with("Value '" + tag + "' of the tag "
                        + Network.TAG + " must be one of "
                        + Arrays.stream(Network.values()).map(Network::tagValue).toList()));
        if (network == Network.EGRESS && Runtimes.isWasm(runtime)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The tag " + Network.TAG + "=" + tag
                    + " does not go with the runtime " + runtime
                    + ": WebAssembly modules have no sockets. Leave the tag out, or use another runtime.");
        }
        return network;
    }

    private static LambdaException noSuchTier(String tag) {
        var values = new ArrayList<>(
                Arrays.stream(Isolation.values()).map(Isolation::tagValue).toList());
        values.add(Isolation.AUTO);
        return LambdaError.INVALID_PARAMETER_VALUE.with(
                "Value '" + tag + "' of the tag " + Isolation.TAG + " must be one of " + values);
    }

    private LambdaException notOffered(Offer offer, List<Isolation> candidates, String runtime) {
        if (!offer.runtimes().contains(runtime) && candidates.stream().noneMatch(offer.checking()::contains)) {
            return LambdaError.INVALID_PARAMETER_VALUE.with("Value " + runtime + " at 'runtime' failed to satisfy"
                    + " constraint: Member must satisfy enum value set: " + zipRuntimes(offer)
                    + " (the runtimes that this installation's sandbox hosts offer)");
        }
        return LambdaError.INVALID_PARAMETER_VALUE.with("No sandbox host offers isolation "
                + candidates.stream()
                        .map(tier -> tier.tagValue() + why(offer, tier, runtime))
                        .collect(Collectors.joining(" or "))
                + (minimum == null ? "" : ", and the account's minimum is " + minimum.tagValue())
                + ". Offered now: " + offer.tierNames() + ". Set the tag " + Isolation.TAG
                + " to one of those that go with the runtime " + runtime + ", or leave it out.");
    }

    private static List<String> zipRuntimes(Offer offer) {
        return offer.runtimes().stream()
                .filter(runtime -> !runtime.equals(FunctionVersion.IMAGE_RUNTIME))
                .toList();
    }

    private static String why(Offer offer, Isolation tier, String runtime) {
        if (offer.tiers().containsKey(tier)) {
            return " with the runtime " + runtime + " (it has " + offer.runtimes(tier) + ")";
        }
        String reason = offer.missing().get(tier);
        return reason == null ? "" : " (" + reason + ")";
    }

    private static String names(List<Isolation> tiers) {
        return tiers.stream().sorted().map(Isolation::tagValue).collect(Collectors.joining(", "));
    }
}
