package dev.mayfly.host.function;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.host.HostProperties;
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
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Function versions in memory, from {@code function.versions}; what is missing there is asked of the registry. */
@Component
public class FunctionDirectory implements SmartLifecycle {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ConcurrentHashMap<String, FunctionVersion> known = new ConcurrentHashMap<>();
    private final HostProperties properties;
    private final HttpClient http;
    private final Vouching vouching;
    private volatile Consumer<FunctionVersion> onChange = version -> {};
    private volatile Consumer<String> onDeletion = key -> {};
    private volatile @Nullable TopicTail tail;

    FunctionDirectory(HostProperties properties, HttpClient http, Vouching vouching) {
        this.properties = properties;
        this.http = http;
        this.vouching = vouching;
    }

    /** Calls {@code changed} for every new revision, and {@code deleted} with the key of every deleted version. */
    public void listen(Consumer<FunctionVersion> changed, Consumer<String> deleted) {
        onChange = changed;
        onDeletion = deleted;
    }

    /**
     * The version that {@code key} names, at {@code revisionId} or later.
     *
     * @return empty when there is no such function
     * @throws IOException when the registry had to be asked and did not answer
     */
    public Optional<FunctionVersion> find(String key, String revisionId) throws IOException, InterruptedException {
        FunctionVersion version = known.get(key);
        if (version != null && version.revisionId().equals(revisionId)) {
            return Optional.of(version);
        }
        Optional<FunctionVersion> asked = ask(key);
        asked.ifPresent(found -> known.merge(key, found, FunctionDirectory::later));
        return asked;
    }

    /** The version as known here, if it is. */
    public Optional<FunctionVersion> known(String key) {
        return Optional.ofNullable(known.get(key));
    }

    private Optional<FunctionVersion> ask(String key) throws IOException, InterruptedException {
        String[] parts = key.split(":", 3);
        if (parts.length != 3) {
            return Optional.empty();
        }
        var path = "/internal/function-versions/" + parts[0] + "/" + parts[1] + "/"
                + URLEncoder.encode(parts[2], StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create(properties.services().registry() + path))
                .header(Voucher.HEADER, vouching.issueForService("sandbox-host", parts[0]))
                .timeout(PATIENCE)
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return switch (answer.statusCode()) {
            case 200 -> Optional.of(Json.read(answer.body(), FunctionVersion.class));
            case 404 -> Optional.empty();
            default -> throw new IOException("The registry answered " + answer.statusCode() + " for " + key);
        };
    }

    private static FunctionVersion later(FunctionVersion a, FunctionVersion b) {
        return b.lastModified().isBefore(a.lastModified()) ? a : b;
    }

    void accept(ConsumerRecord<String, byte[]> received) {
        if (received.value() == null) {
            known.remove(received.key());
            onDeletion.accept(received.key());
            return;
        }
        FunctionVersion version = Json.read(received.value(), FunctionVersion.class);
        known.put(received.key(), version);
        onChange.accept(version);
    }

    /** Whether all functions that existed at the start are known. */
    public boolean isReady() {
        TopicTail current = tail;
        return current != null && current.isCaughtUp();
    }

    @Override
    public void start() {
        tail = new TopicTail(properties.kafka(), Topics.FUNCTION_VERSIONS, TopicTail.From.BEGINNING, this::accept);
    }

    @Override
    public void stop() {
        TopicTail current = tail;
        if (current != null) {
            tail = null;
            current.close();
        }
    }

    @Override
    public boolean isRunning() {
        return tail != null;
    }
}
