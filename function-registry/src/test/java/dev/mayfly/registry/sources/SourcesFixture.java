package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.function.EventSource;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.testing.TestKafka;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** A function, and what invokers hear of the sources of its events. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // Set before all tests.
abstract class SourcesFixture extends RegistryFixture {
    /** What invokers hear, by key. */
    final Map<String, Optional<EventSource>> published = new ConcurrentHashMap<>();

    private final String function;
    private TopicTail tail;

    /** Of the account that has the function. */
    LambdaClient lambda;

    /** @param function what the sources invoke */
    SourcesFixture(String function) {
        this.function = function;
    }

    @BeforeAll
    void deploy() {
        tail = new TopicTail(
                TestKafka.bootstrapServers(),
                Topics.EVENT_SOURCES,
                TopicTail.From.BEGINNING,
                received -> published.put(
                        received.key(),
                        received.value() == null
                                ? Optional.empty()
                                : Optional.of(
                                        Json.read(CloudEvent.from(received).data(), EventSource.class))));
        lambda = lambda();
        lambda.createFunction(node(function).build());
    }

    @AfterAll
    void remove() {
        lambda.deleteFunction(request -> request.functionName(function));
        lambda.close();
        tail.close();
    }
}
