package dev.mayfly.host.status;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.scaling.HostStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * This host's share of what is provisioned. Every host hears what all of them report, and divides in the same way: among
 * those that can run the version, in proportion to the memory that they have for sandboxes, and what is left over by rendezvous
 * hashing, so that functions of which one is provisioned are spread. Thread-safe.
 */
final class ProvisionedShares {
    private record Heard(HostStatus status, long atNanos) {}

    private final String self;
    private final long silenceNanos;
    private final LongSupplier nanoTime;
    private final Map<String, Heard> hosts = new HashMap<>();

    /** @param silence after which a host is gone, and the others take over its share */
    ProvisionedShares(String self, Duration silence, LongSupplier nanoTime) {
        this.self = self;
        this.silenceNanos = silence.toNanos();
        this.nanoTime = nanoTime;
    }

    /** What a host, this one too, has reported, so long ago. */
    synchronized void hear(HostStatus status, Duration age) {
        long now = nanoTime.getAsLong();
        Heard own = hosts.get(self);
        if (status.hostId().equals(self) && own != null && now - own.atNanos() > silenceNanos / 2) {
            // Nobody could be heard meanwhile: that says nothing about the others.
            hosts.replaceAll((host, heard) -> new Heard(heard.status(), now));
        }
        hosts.put(status.hostId(), new Heard(status, now - age.toNanos()));
    }

    /**
     * How many of {@code provisioned} sandboxes of {@code version} this host is to keep: its share, and as long as the other
     * hosts have not started theirs, what it kept until now of those that would be missing. Empty while this host does not hear
     * itself, and so knows nothing of others either.
     */
    synchronized OptionalInt of(FunctionVersion version, int provisioned) {
        Heard own = hosts.get(self);
        if (own == null || nanoTime.getAsLong() - own.atNanos() > silenceNanos) {
            return OptionalInt.empty();
        }
        hosts.values().removeIf(heard -> own.atNanos() - heard.atNanos() > silenceNanos);
        var live = hosts.values().stream().map(Heard::status).toList();
        var offering = live.stream().filter(host -> canRun(host, version)).toList();
        // Where nobody can, everybody tries, and says why not.
        var able = offering.isEmpty() ? live : offering;
        Map<String, Integer> shares = divide(version.key(), provisioned, able);
        int share = shares.getOrDefault(self, 0);
        int elsewhere = able.stream()
                .filter(host -> !host.hostId().equals(self))
                .mapToInt(host -> Math.min(kept(host, version), shares.getOrDefault(host.hostId(), 0)))
                .sum();
        int keptUntilNow = of(own.status(), version) instanceof HostStatus.Sandboxes mine ? mine.provisioned() : 0;
        return OptionalInt.of(Math.max(share, Math.min(keptUntilNow, provisioned - elsewhere)));
    }

    private static int kept(HostStatus host, FunctionVersion version) {
        return of(host, version) instanceof HostStatus.Sandboxes theirs ? theirs.kept() : 0;
    }

    private static HostStatus.@Nullable Sandboxes of(HostStatus host, FunctionVersion version) {
        return host.sandboxes().stream()
                .filter(one -> one.functionKey().equals(version.key()))
                .findFirst()
                .orElse(null);
    }

    private static boolean canRun(HostStatus host, FunctionVersion version) {
        return host.memoryMb() >= version.memoryMb()
                && host.tiers().stream()
                        .anyMatch(tier -> tier.isolation() == version.isolation()
                                && tier.available()
                                && tier.runtimes().contains(version.runtime()));
    }

    /** How many each host gets, by host id. */
    static Map<String, Integer> divide(String functionKey, int count, List<HostStatus> hosts) {
        long memory = hosts.stream().mapToLong(HostStatus::memoryMb).sum();
        var shares = new HashMap<String, Integer>();
        int left = count;
        for (HostStatus host : hosts) {
            int whole = Math.toIntExact(count * host.memoryMb() / Math.max(1, memory));
            shares.put(host.hostId(), whole);
            left -= whole;
        }
        ToDoubleFunction<HostStatus> claim = host -> claim(functionKey, host);
        hosts.stream()
                .sorted(Comparator.comparingDouble(claim).reversed().thenComparing(HostStatus::hostId))
                .limit(left)
                .forEach(host -> shares.merge(host.hostId(), 1, Integer::sum));
        return shares;
    }

    /** Rendezvous hashing with weights: the host with the greatest claim comes first, and one with twice the memory twice as often. */
    private static double claim(String functionKey, HostStatus host) {
        double even = ((hash(functionKey + ' ' + host.hostId()) >>> 11) + 0.5) / (1L << 53);
        return host.memoryMb() / -StrictMath.log(even);
    }

    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
