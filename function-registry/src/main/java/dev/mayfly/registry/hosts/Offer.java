package dev.mayfly.registry.hosts;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the live hosts offer together.
 *
 * @param tiers those that at least one host can run, with the runtimes in them
 * @param missing the reason for a tier that a host knows but cannot run, and no other host can
 * @param checking those of {@code missing} that a host is still finding out about
 */
public record Offer(Map<Isolation, SortedSet<String>> tiers, Map<Isolation, String> missing, Set<Isolation> checking) {

    public Offer {
        tiers = Map.copyOf(tiers);
        missing = Map.copyOf(missing);
        checking = Set.copyOf(checking);
    }

    static Offer of(Collection<HostStatus> hosts) {
        var tiers = new EnumMap<Isolation, SortedSet<String>>(Isolation.class);
        var missing = new EnumMap<Isolation, String>(Isolation.class);
        var checking = EnumSet.noneOf(Isolation.class);
        for (HostStatus host : hosts) {
            for (HostStatus.Tier tier : host.tiers()) {
                if (tier.available()) {
                    tiers.computeIfAbsent(tier.isolation(), isolation -> new TreeSet<>())
                            .addAll(tier.runtimes());
                } else {
                    missing.put(tier.isolation(), String.valueOf(tier.reason()));
                    if (tier.checking()) {
                        checking.add(tier.isolation());
                    }
                }
            }
        }
        missing.keySet().removeAll(tiers.keySet());
        checking.removeAll(tiers.keySet());
        return new Offer(tiers, missing, checking);
    }

    /** Whether a host runs {@code runtime} in {@code tier}. */
    public boolean has(Isolation tier, String runtime) {
        return runtimes(tier).contains(runtime);
    }

    /** What hosts run in {@code tier}, sorted. */
    public SortedSet<String> runtimes(Isolation tier) {
        return tiers.getOrDefault(tier, new TreeSet<>());
    }

    /** What hosts run in any tier, sorted. */
    public SortedSet<String> runtimes() {
        var all = new TreeSet<String>();
        tiers.values().forEach(all::addAll);
        return all;
    }

    /** The tiers by the values of their tag, for messages. */
    public List<String> tierNames() {
        return tiers.keySet().stream().sorted().map(Isolation::tagValue).toList();
    }
}
