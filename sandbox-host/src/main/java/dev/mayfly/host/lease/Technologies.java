package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sandbox technologies of this machine, those that work and those that do not, with the reason. */
public final class Technologies implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Technologies.class);

    private final List<SandboxTechnology> all;
    private volatile Map<Isolation, Tier> tiers = Map.of();

    private record Tier(SandboxTechnology technology, Availability availability, List<String> runtimes) {}

    public Technologies(List<SandboxTechnology> all) {
        this.all = List.copyOf(all);
    }

    /** Cleans up after an earlier host and finds out what works, all technologies at once. */
    public void open() throws InterruptedException {
        Map<Isolation, Tier> found = new EnumMap<>(Isolation.class);
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Tier>> checks = all.stream()
                    .<Callable<Tier>>map(technology -> () -> check(technology))
                    .toList();
            for (var checked : each.invokeAll(checks)) {
                Tier tier = checked.get();
                found.put(tier.technology().isolation(), tier);
                log.info(
                        "Tier {}: {} ({})",
                        tier.technology().isolation().tagValue(),
                        tier.availability().available() ? "available" : "unavailable",
                        tier.availability().detail());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("A sandbox technology broke its promise not to throw", e.getCause());
        }
        tiers = found;
    }

    private static Tier check(SandboxTechnology technology) {
        technology.recover();
        Availability availability = technology.check();
        return new Tier(technology, availability, availability.available() ? technology.runtimes() : List.of());
    }

    /** Whether {@link #open} has found out what works. */
    public boolean isOpen() {
        return !tiers.isEmpty();
    }

    /**
     * The technology for {@code isolation}.
     *
     * @throws TierUnavailableException when this host does not offer the tier, or not the runtime in it
     */
    SandboxTechnology require(Isolation isolation, String runtime) throws TierUnavailableException {
        @Nullable Tier tier = tiers.get(isolation);
        if (tier == null) {
            throw new TierUnavailableException("This host has no tier " + isolation.tagValue());
        }
        if (!tier.availability().available()) {
            throw new TierUnavailableException("This host cannot run the tier " + isolation.tagValue() + ": "
                    + tier.availability().detail());
        }
        if (!tier.runtimes().contains(runtime)) {
            throw new TierUnavailableException("This host does not have the runtime " + runtime + " in the tier "
                    + isolation.tagValue() + "; it has " + tier.runtimes());
        }
        return tier.technology();
    }

    /** Every tier there is, for the host's status. */
    public List<HostStatus.Tier> tiers() {
        var current = tiers;
        var listed = new ArrayList<HostStatus.Tier>();
        for (Isolation isolation : Isolation.values()) {
            Availability availability = Optional.ofNullable(current.get(isolation))
                    .map(Tier::availability)
                    .orElse(Availability.no("not built into this version of Mayfly"));
            listed.add(new HostStatus.Tier(isolation, availability.available(), availability.detail()));
        }
        return listed;
    }

    public List<String> runtimes() {
        var names = new TreeSet<String>();
        tiers.values().forEach(tier -> names.addAll(tier.runtimes()));
        return List.copyOf(names);
    }

    @Override
    public void close() {
        all.forEach(SandboxTechnology::close);
    }
}
