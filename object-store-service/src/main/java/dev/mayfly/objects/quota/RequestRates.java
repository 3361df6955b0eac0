package dev.mayfly.objects.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.objects.background.BackgroundWork;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Holds the limits of requests, of those that this process answers: signed ones by account, others by address and bucket. */
@Component
public class RequestRates extends BackgroundWork {
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);
    private static final int MAX_CALLERS = 100_000;
    private static final String REFUSALS = "mayfly.objects.refused";

    private final Quotas quotas;
    private final QuotaSettings settings;
    private final MeterRegistry metrics;
    private final LongSupplier nanos;
    private final Cache<String, Rate> rates = Caffeine.newBuilder()
            .expireAfterAccess(FORGOTTEN)
            .maximumSize(MAX_CALLERS)
            .build();
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
            require(request.sourceIp() + " " + request.bucket(), settings.anonymousPerSecond(), "anonymous");
        } else if (!caller.betweenServices()) {
            limit(caller.accountId()).ifPresent(most -> require(caller.accountId(), most, "requests"));
        }
    }

    private Optional<Integer> limit(String account) {
        Map<String, Optional<Integer>> known = limits;
        if (known.isEmpty()) {
            return Optional.empty();
        }
        Optional<Integer> own = known.get(account);
        return own == null ? known.getOrDefault(Quotas.ALL, Optional.empty()) : own;
    }

    private void require(String caller, int perSecond, String limit) {
        if (perSecond == 0 && limit.equals("anonymous")) {
            return;
        }
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
