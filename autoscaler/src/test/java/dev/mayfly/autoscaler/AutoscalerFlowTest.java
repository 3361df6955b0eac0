package dev.mayfly.autoscaler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.CloudEvent;
import dev.mayfly.contracts.events.EventPublisher;
import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.scaling.FunctionLoad;
import dev.mayfly.contracts.scaling.ScalingDecision;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.testing.TestKafka;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

class AutoscalerFlowTest {
    private static final String TRUST_KEY = Sealer.newKey();

    private static ConfigurableApplicationContext start() {
        return SpringApplication.run(
                AutoscalerApplication.class,
                "--server.port=0",
                "--mayfly.trust-key=" + TRUST_KEY,
                "--mayfly.kafka=" + TestKafka.bootstrapServers(),
                "--mayfly.autoscaler.keep-alive=3s",
                "--mayfly.autoscaler.interval=100ms");
    }

    @Test
    void loadBecomesDecisionsUpThenDownAcrossARestart() throws Exception {
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        List<ScalingDecision> seen = new CopyOnWriteArrayList<>();
        try (var publisher = new EventPublisher(TestKafka.bootstrapServers());
                var tail = new TopicTail(
                        TestKafka.bootstrapServers(),
                        Topics.SCALING_DECISIONS,
                        TopicTail.From.BEGINNING,
                        received -> seen.add(Json.read(received.value(), ScalingDecision.class)))) {
            String key = "000000000000:hello:$LATEST";
            try (var context = start()) {
                var load = new FunctionLoad(key, "i1", 5, 2, 0, 0, 1000, Instant.now());
                publisher
                        .publish(Topics.FUNCTION_LOAD, key, CloudEvent.of("1", "/test", "load", key, load))
                        .join();
                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(seen)
                                .extracting(ScalingDecision::desired)
                                .first()
                                .isEqualTo(1));
                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(get(context, true).body())
                                .contains("\"function\":\"hello\"", "\"desired\":"));
                assertThat(get(context, false).statusCode()).isEqualTo(403);
            }
            try (var context = start()) {
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(seen)
                                .extracting(ScalingDecision::desired)
                                .last()
                                .isEqualTo(0));
            }
        }
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, boolean vouched) throws Exception {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/scaling"));
        if (vouched) {
            var vouching = new Vouching(Sealer.of(TRUST_KEY), Clock.systemUTC());
            request.header("X-Mayfly-Voucher", vouching.issueForService("test", "000000000000"));
        }
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
