package dev.mayfly.host.lease;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sandbox technologies of this machine, those that work and those that do not, with the reason. Each is offered from the
 * moment that its own check has ended, whatever the others take.
 */
public final class Technologies implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Technologies.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** After which a tier that did not work is tried again, the last one for ever: a busy machine may have been the reason. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofMinutes(10));

    /** Tried within a moment. The others may have to build a guest image first. */
    private static final Set<Isolation> QUICK = EnumSet.of(Isolation.WASM, Isolation.CONTAINER);

    private final Map<Isolation, SandboxTechnology> all = new EnumMap<>(Isolation.class);
    private final Map<Isolation, Tier> tried = new ConcurrentHashMap<>();
    private final List<Thread> checks = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Duration> pauses;
    private volatile Runnable onNews = () -> {};

    private record Tier(SandboxTechnology technology, Availability availability, List<String> runtimes) {}

    public Technologies(List<SandboxTechnology> all) {
        this(all, PAUSES);
    }

    Technologies(List<SandboxTechnology> all, List<Duration> pauses) {
        this.pauses = pauses;
        all.forEach(technology -> this.all.put(technology.isolation(), technology));
    }

    /** Calls {@code listener} whenever it has been found out whether a tier works. */
    public void listen(Runnable listener) {
        onNews = listener;
    }

    /** Begins to clean up after an earlier host and to find out what works, all technologies at once. */
    public void open() {
        for (SandboxTechnology technology : all.values()) {
            checks.add(Thread.ofPlatform()
                    .name("check-" + technology.isolation().tagValue())
                    .start(() -> check(technology)));
        }
    }

    private void check(SandboxTechnology technology) {
        try {
            for (int time = 0; !isFoundToWork(technology); time++) {
                Duration pause = pauses.get(Math.min(time, pauses.size() - 1));
                if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isFoundToWork(SandboxTechnology technology) {
        Tier tier;
        try {
            technology.recover();
            Availability availability = technology.check();
            tier = new Tier(technology, availability, availability.available() ? technology.runtimes() : List.of());
        } catch (RuntimeException e) {
            log.error("Tier {} could not be tried", technology.isolation().tagValue(), e);
            tier = new Tier(technology, Availability.no("trying it failed: " + e), List.of());
        }
        boolean works = tier.availability().available();
        Tier before = tried.put(technology.isolation(), tier);
        if (works || before == null) {
            log.info(
                    "Tier {}: {} ({})",
                    technology.isolation().tagValue(),
                    works ? "available" : "unavailable",
                    tier.availability().detail());
            onNews.run();
        }
        return works;
    }

    /** Whether it is known for every tier that is tried within a moment whether it works. */
    public boolean isOpen() {
        return all.keySet().stream().filter(QUICK::contains).allMatch(tried::containsKey);
    }

    /**
     * The technology for {@code isolation}.
     *
     * @throws TierUnavailableException when this host does not offer the tier, or not the runtime in it
     */
    SandboxTechnology require(Isolation isolation, String runtime) throws TierUnavailableException {
        HostStatus.Tier status = status(isolation);
        @Nullable Tier tier = tried.get(isolation);
        if (tier == null || !status.available()) {
            throw new TierUnavailableException(
                    "This host cannot run the tier " + isolation.tagValue() + ": " + status.reason(),
                    status.checking());
        }
        if (!tier.runtimes().contains(runtime)) {
            throw new TierUnavailableException(
                    "This host does not have the runtime " + runtime + " in the tier " + isolation.tagValue()
                            + "; it has " + tier.runtimes(),
                    false);
        }
        return tier.technology();
    }

    /** Every tier there is, for the host's status. */
    public List<HostStatus.Tier> tiers() {
        var listed = new ArrayList<HostStatus.Tier>();
        for (Isolation isolation : Isolation.values()) {
            listed.add(status(isolation));
        }
        return listed;
    }

    private HostStatus.Tier status(Isolation isolation) {
        @Nullable Tier tier = tried.get(isolation);
        if (tier != null) {
            Availability found = tier.availability();
            return new HostStatus.Tier(isolation, found.available(), false, found.detail(), tier.runtimes());
        }
        return all.containsKey(isolation)
                ? new HostStatus.Tier(
                        isolation, false, true, "being checked: the first time this may take minutes", List.of())
                : new HostStatus.Tier(isolation, false, false, "not built into this version of Mayfly", List.of());
    }

    @Override
    public void close() {
        closed.countDown();
        checks.forEach(Thread::interrupt);
        try {
            for (Thread check : checks) {
                check.join(LAST_WORDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all.values().forEach(SandboxTechnology::close);
    }
}
