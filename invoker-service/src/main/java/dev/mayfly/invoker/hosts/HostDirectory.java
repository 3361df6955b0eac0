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
    private record Host(
            URI url, Map<Isolation, HostStatus.Tier> tiers, long freeMb, Map<String, Integer> idle, long heardAt) {

        boolean offers(FunctionVersion function) {
            var tier = tiers.get(function.isolation());
            return tier != null && tier.available() && tier.runtimes().contains(function.runtime());
        }

        boolean isChecking(Isolation isolation) {
            var tier = tiers.get(isolation);
            return tier != null && tier.checking();
        }
    }

    private final ConcurrentHashMap<String, Host> hosts = new ConcurrentHashMap<>();
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
     * The hosts that offer what {@code function} needs, best first: those with an idle sandbox of it, then those with
     * most memory free. Empty when hosts live and none of them offers it.
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
                .sorted(Comparator.comparing((Host host) -> host.idle().getOrDefault(key, 0) == 0)
                        .thenComparing(Comparator.comparingLong(Host::freeMb).reversed()))
                .map(Host::url)
                .toList();
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
        var idle = new HashMap<String, Integer>();
        for (var sandboxes : status.sandboxes()) {
            if (sandboxes.idle() > 0) {
                idle.put(sandboxes.functionKey(), sandboxes.idle());
            }
        }
        hosts.put(
                status.hostId(),
                new Host(
                        URI.create(status.url()),
                        tiers,
                        status.memoryMb() - status.memoryUsedMb(),
                        idle,
                        nanoTime.getAsLong()));
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
