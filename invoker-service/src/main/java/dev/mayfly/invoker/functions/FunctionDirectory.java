package dev.mayfly.invoker.functions;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
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
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * All function versions, held in memory as {@code function.versions} tells them. What was not heard of is asked for once
 * at the registry: a function that was created an instant ago may be invoked before Kafka brought the news. Thread-safe.
 */
public final class FunctionDirectory implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FunctionDirectory.class);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(5);

    private final ConcurrentHashMap<String, FunctionVersion> versions = new ConcurrentHashMap<>();
    private final URI registry;
    private final Vouching vouching;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private volatile @Nullable TopicTail tail;

    public FunctionDirectory(URI registry, Vouching vouching) {
        this.registry = registry;
        this.vouching = vouching;
    }

    /** The registry could not be asked. */
    public static final class RegistryUnreachableException extends Exception {
        private static final long serialVersionUID = 1L;

        RegistryUnreachableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Begins to listen. */
    public void listen(String kafka) {
        tail = new TopicTail(kafka, Topics.FUNCTION_VERSIONS, TopicTail.From.BEGINNING, this::accept);
    }

    /** Whether all functions that there were at the start are known. */
    public boolean isComplete() {
        TopicTail current = tail;
        return current != null && current.isCaughtUp();
    }

    /**
     * The function version of that account, name and version.
     *
     * @throws RegistryUnreachableException when it is not known here and the registry does not answer
     */
    public Optional<FunctionVersion> find(String accountId, String name, String version)
            throws RegistryUnreachableException {
        var known = versions.get(FunctionVersion.key(accountId, name, version));
        return known != null ? Optional.of(known) : ask(accountId, name, version);
    }

    void accept(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            versions.remove(received.key());
        } else {
            versions.put(received.key(), Json.read(received.value(), FunctionVersion.class));
        }
    }

    /** Not kept: the topic will bring it, or its end, and a kept answer could outlive a deletion. */
    private Optional<FunctionVersion> ask(String accountId, String name, String version)
            throws RegistryUnreachableException {
        var path = "/internal/function-versions/" + accountId + "/" + name + "/"
                + URLEncoder.encode(version, StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(registry.resolve(path))
                .timeout(ASK_LIMIT)
                .header(Voucher.HEADER, vouching.issueForService("invoker-service", accountId))
                .build();
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return switch (response.statusCode()) {
                case 200 -> Optional.of(Json.read(response.body(), FunctionVersion.class));
                case 404 -> Optional.empty();
                default ->
                    throw new RegistryUnreachableException("The registry answered " + response.statusCode(), null);
            };
        } catch (IOException | JacksonException e) {
            log.warn("The registry could not be asked about {}: {}", path, e.toString());
            throw new RegistryUnreachableException("The registry does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnreachableException("Interrupted while asking the registry", e);
        }
    }

    @Override
    public void close() {
        TopicTail current = tail;
        if (current != null) {
            current.close();
        }
        http.shutdownNow();
    }
}
