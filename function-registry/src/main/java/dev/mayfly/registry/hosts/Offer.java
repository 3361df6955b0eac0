package dev.mayfly.registry.hosts;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the live hosts offer together.
 *
 * @param runtimes sorted
 * @param tiers those that at least one host can run
 * @param missing the reason for a tier that a host knows but cannot run
 */
public record Offer(List<String> runtimes, Set<Isolation> tiers, Map<Isolation, String> missing) {

    public Offer {
        runtimes = List.copyOf(runtimes);
        tiers = Set.copyOf(tiers);
        missing = Map.copyOf(missing);
    }

    static Offer of(Collection<HostStatus> hosts) {
        var runtimes = new TreeSet<String>();
        var tiers = EnumSet.noneOf(Isolation.class);
        var missing = new EnumMap<Isolation, String>(Isolation.class);
        for (HostStatus host : hosts) {
            runtimes.addAll(host.runtimes());
            for (HostStatus.Tier tier : host.tiers()) {
                if (tier.available()) {
                    tiers.add(tier.isolation());
                } else if (tier.reason() != null) {
                    missing.put(tier.isolation(), tier.reason());
                }
            }
        }
        return new Offer(List.copyOf(runtimes), tiers, missing);
    }

    /** The tiers by the values of their tag, for messages. */
    public List<String> tierNames() {
        return tiers.stream().sorted().map(Isolation::tagValue).toList();
    }
}
