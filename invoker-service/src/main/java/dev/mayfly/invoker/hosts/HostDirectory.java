package dev.mayfly.invoker.hosts;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.scaling.HostStatus;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The sandbox hosts, as {@code host.status} tells them. While none has been heard of, the configured one is assumed to
 * offer everything. Thread-safe.
 */
public final class HostDirectory implements AutoCloseable {
    /** @param forUs by function: sandboxes that were idle, and those that ran what this invoker had asked for */
    private record Host(
            URI url, Map<Isolation, HostStatus.Tier> tiers, long freeMb, Map<String, Integer> forUs, long heardAt) {

        boolean offers(FunctionVersion function) {
            var tier = tiers.get(function.isolation());
            return tier != null && tier.available() && tier.runtimes().contains(function.runtime());
        }

        boolean isChecking(Isolation isolation) {
            var tier = tiers.get(isolation);
            return tier != null && tier.checking();
        }
    }

    private record Asked(URI url, String functionKey) {}

    private final ConcurrentHashMap<String, Host> hosts = new ConcurrentHashMap<>();

    /** What runs or waits at each host for this invoker; counted only where there is a choice of hosts. */
    private final ConcurrentHashMap<Asked, Integer> asked = new ConcurrentHashMap<>();

    private final URI fallback;
    private final long silenceNanos;
    private final LongSupplier nanoTime;
    private final Runnable onNews;
    private volatile @Nullable TopicTail tail;

    /**
     * @param fallback the host to ask while none has been heard of
     * @param silence after which a host is not asked any more
     * @param onNews runs whenever a host has spoken: there may be room
     */
    public HostDirectory(URI fallback, Duration silence, LongSupplier nanoTime, Runnable onNews) {
        this.fallback = fallback;
        this.silenceNanos = silence.toNanos();
        this.nanoTime = nanoTime;
        this.onNews = onNews;
    }

    /** Begins to listen. */
    public void listen(String kafka) {
        tail = new TopicTail(kafka, Topics.HOST_STATUS, TopicTail.From.NOW, this::accept);
    }

    /**
     * The hosts that offer what {@code function} needs, best first: those with an idle sandbox of it, as far as is known here,
     * then those with most memory free. Empty when hosts live and none of them offers it.
     */
    public List<URI> candidates(FunctionVersion function) {
        var living = living();
        if (living.isEmpty()) {
            return List.of(fallback);
        }
        if (living.size() == 1) {
            var only = living.getFirst();
            return only.offers(function) ? List.of(only.url()) : List.of();
        }
        String key = function.key();
        return living.stream()
                .filter(host -> host.offers(function))
                .sorted(Comparator.comparing((Host host) -> !hasIdle(host, key))
                        .thenComparing(Comparator.comparingLong(Host::freeMb).reversed()))
                .map(Host::url)
                .toList();
    }

    private boolean hasIdle(Host host, String functionKey) {
        Integer forUs = host.forUs().get(functionKey);
        return forUs != null && forUs > asked.getOrDefault(new Asked(host.url(), functionKey), 0);
    }

    /** The host is asked to run that function from now on until the end of what this returns. */
    public Asking asks(URI url, String functionKey) {
        if (hosts.size() < 2) {
            return Asking.UNCOUNTED;
        }
        var counted = new Asked(url, functionKey);
        asked.merge(counted, 1, Integer::sum);
        return () -> asked.computeIfPresent(counted, (of, count) -> count == 1 ? null : count - 1);
    }

    /** As long as a host is asked. */
    @FunctionalInterface
    public interface Asking extends AutoCloseable {
        /** Where there is no choice. */
        Asking UNCOUNTED = () -> {};

        @Override
        void close();
    }

    /** Whether a living host is still finding out if it can run {@code isolation}. */
    public boolean isBeingChecked(Isolation isolation) {
        return living().stream().anyMatch(host -> host.isChecking(isolation));
    }

    private List<Host> living() {
        long now = nanoTime.getAsLong();
        return hosts.values().stream()
                .filter(host -> now - host.heardAt() < silenceNanos)
                .toList();
    }

    /** Nobody answered there: not asked again before it speaks. */
    public void lost(URI url) {
        hosts.values().removeIf(host -> host.url().equals(url));
    }

    void accept(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            hosts.remove(received.key());
            return;
        }
        var status = Json.read(received.value(), HostStatus.class);
        var tiers = new EnumMap<Isolation, HostStatus.Tier>(Isolation.class);
        status.tiers().forEach(tier -> tiers.put(tier.isolation(), tier));
        URI url = URI.create(status.url());
        var forUs = new HashMap<String, Integer>();
        for (var sandboxes : status.sandboxes()) {
            String key = sandboxes.functionKey();
            int ours = Math.min(sandboxes.busy(), asked.getOrDefault(new Asked(url, key), 0));
            if (sandboxes.idle() + ours > 0) {
                forUs.put(key, sandboxes.idle() + ours);
            }
        }
        hosts.put(
                status.hostId(),
                new Host(url, tiers, status.memoryMb() - status.memoryUsedMb(), forUs, nanoTime.getAsLong()));
        onNews.run();
    }

    @Override
    public void close() {
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
    }
}
