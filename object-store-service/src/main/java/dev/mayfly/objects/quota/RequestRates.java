package dev.mayfly.objects.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.background.BackgroundWork;
import dev.mayfly.objects.bucket.BucketName;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Holds the limits of requests, of those that this process answers: signed ones by account, others by address, and by address
 * and bucket.
 */
@Component
public class RequestRates extends BackgroundWork {
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);
    private static final int MAX_CALLERS = 100_000;
    private static final int BUCKETS_OF_ADDRESS = 10;
    private static final int BYTES_OF_IPV6_NETWORK = 8;
    private static final String REFUSALS = "mayfly.objects.refused";

    private final Quotas quotas;
    private final QuotaSettings settings;
    private final MeterRegistry metrics;
    private final LongSupplier nanos;
    private final Cache<String, Rate> accounts = cache();
    private final Cache<String, Rate> addresses = cache();
    private final Cache<String, Rate> addressesAndBuckets = cache();
    private volatile Map<String, Optional<Integer>> limits = Map.of();

    @Autowired
    RequestRates(Quotas quotas, QuotaSettings settings, MeterRegistry metrics) {
        this(quotas, settings, metrics, System::nanoTime);
    }

    /** @param nanos the clock */
    RequestRates(Quotas quotas, QuotaSettings settings, MeterRegistry metrics, LongSupplier nanos) {
        super("request-rates", metrics);
        this.nanos = nanos;
        this.quotas = quotas;
        this.settings = settings;
        this.metrics = metrics;
    }

    @Override
    protected void begin() {
        Quota all = settings.ofAll();
        if (!quotas.find(Quotas.ALL).orElse(Quota.NONE).equals(all)) {
            quotas.set(Quotas.ALL, all);
        }
        refresh();
        repeat(settings.refresh(), this::refresh, "Limits of requests stay as they are");
    }

    void refresh() {
        limits = quotas.requests();
    }

    /** @throws S3Exception SlowDown */
    public void admit(S3Request request) {
        Voucher caller = request.voucher();
        if (caller.isAnonymous()) {
            admit(network(request.sourceIp()), request.bucket());
        } else {
            admit(caller);
        }
    }

    /**
     * As {@link #admit(S3Request)}, for a caller who is known only by now.
     *
     * @throws S3Exception SlowDown
     */
    public void admit(Voucher caller) {
        if (!caller.betweenServices()) {
            limit(caller.accountId()).ifPresent(most -> require(accounts, caller.accountId(), most, "requests"));
        }
    }

    /** The address comes first: made-up names of buckets find no room of their own past its limit. */
    private void admit(String network, String bucket) {
        int perBucket = settings.anonymousPerSecond();
        if (perBucket == 0) {
            return;
        }
        int perAddress = (int) Math.min(Integer.MAX_VALUE, (long) perBucket * BUCKETS_OF_ADDRESS);
        require(addresses, network, perAddress, "anonymous");
        String name = BucketName.isValid(bucket) ? bucket : "";
        require(addressesAndBuckets, network + " " + name, perBucket, "anonymous");
    }

    /** What one client has of the address space; all that is no address is one. */
    private static String network(@Nullable String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(String.valueOf(address)).getAddress();
            return HexFormat.of().formatHex(Arrays.copyOf(bytes, Math.min(bytes.length, BYTES_OF_IPV6_NETWORK)));
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static Cache<String, Rate> cache() {
        return Caffeine.newBuilder()
                .expireAfterAccess(FORGOTTEN)
                .maximumSize(MAX_CALLERS)
                .build();
    }

    private Optional<Integer> limit(String account) {
        Map<String, Optional<Integer>> known = limits;
        if (known.isEmpty()) {
            return Optional.empty();
        }
        Optional<Integer> own = known.get(account);
        return own == null ? known.getOrDefault(Quotas.ALL, Optional.empty()) : own;
    }

    private void require(Cache<String, Rate> rates, String caller, int perSecond, String limit) {
        long now = nanos.getAsLong();
        if (perSecond == 0 || !rates.get(caller, name -> new Rate(now)).admits(perSecond, now)) {
            count(limit);
            throw new S3Exception(S3Error.SLOW_DOWN).with(Map.of("Retry-After", "1"));
        }
    }

    /** Counts what was refused. @param limit {@code bytes}, {@code objects}, {@code requests} or {@code anonymous} */
    public void count(String limit) {
        metrics.counter(REFUSALS, "limit", limit).increment();
    }
}
