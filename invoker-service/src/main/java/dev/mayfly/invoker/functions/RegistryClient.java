package dev.mayfly.invoker.functions;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.InvocationRules;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Asks the registry about what Kafka has not told yet. Few questions are asked at once, and what was asked for in vain
 * several times within a moment is not asked for again in that moment: names that nobody deployed cost the registry little,
 * and yet who creates a function may invoke it at once. What the registry has is not remembered: the topic will bring it, or
 * its end, and a kept answer could outlive a deletion. Thread-safe.
 */
final class RegistryClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RegistryClient.class);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(5);
    private static final Duration MOMENT = Duration.ofMillis(500);
    private static final int IN_VAIN = 5;
    private static final int NAMES = 20_000;
    private static final int AT_ONCE = 16;

    private final URI registry;
    private final Vouching vouching;
    private final Semaphore questions = new Semaphore(AT_ONCE);
    private final Cache<String, AtomicInteger> inVain;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    RegistryClient(URI registry, Vouching vouching, Ticker ticker) {
        this.registry = registry;
        this.vouching = vouching;
        this.inVain = Caffeine.newBuilder()
                .expireAfterWrite(MOMENT)
                .maximumSize(NAMES)
                .ticker(ticker)
                .build();
    }

    /** @throws RegistryUnreachableException when the registry does not answer */
    Optional<FunctionVersion> version(String accountId, String name, String version)
            throws RegistryUnreachableException {
        return ask(
                FunctionVersion.key(accountId, name, version),
                accountId,
                "/internal/function-versions/" + accountId + "/" + name + "/"
                        + URLEncoder.encode(version, StandardCharsets.UTF_8),
                FunctionVersion.class);
    }

    /** @throws RegistryUnreachableException when the registry does not answer */
    Optional<InvocationRules> rules(String accountId, String name) throws RegistryUnreachableException {
        return ask(
                InvocationRules.key(accountId, name),
                accountId,
                "/internal/functions/" + accountId + "/" + name + "/rules",
                InvocationRules.class);
    }

    /** Kafka told of {@code key}: what was absent may be there. */
    void heardOf(String key) {
        inVain.invalidate(key);
    }

    private boolean isAbsent(String key) {
        var count = inVain.getIfPresent(key);
        return count != null && count.get() >= IN_VAIN;
    }

    private <T> Optional<T> ask(String key, String accountId, String path, Class<T> type)
            throws RegistryUnreachableException {
        if (isAbsent(key)) {
            return Optional.empty();
        }
        boolean admitted = false;
        try {
            admitted = questions.tryAcquire(ASK_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (!admitted) {
                throw new RegistryUnreachableException("Too many questions wait for the registry", null);
            }
            if (isAbsent(key)) {
                return Optional.empty();
            }
            return send(key, accountId, path, type);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnreachableException("Interrupted while asking the registry", e);
        } finally {
            if (admitted) {
                questions.release();
            }
        }
    }

    private <T> Optional<T> send(String key, String accountId, String path, Class<T> type)
            throws RegistryUnreachableException, InterruptedException {
        var request = HttpRequest.newBuilder(registry.resolve(path))
                .timeout(ASK_LIMIT)
                .header(Voucher.HEADER, vouching.issueForService("invoker-service", accountId))
                .build();
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return switch (response.statusCode()) {
                case 200 -> Optional.of(Json.read(response.body(), type));
                case 404 -> {
                    inVain.get(key, first -> new AtomicInteger()).incrementAndGet();
                    yield Optional.empty();
                }
                default ->
                    throw new RegistryUnreachableException("The registry answered " + response.statusCode(), null);
            };
        } catch (IOException | JacksonException e) {
            log.warn("The registry could not be asked about {}: {}", path, e.toString());
            throw new RegistryUnreachableException("The registry does not answer", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
