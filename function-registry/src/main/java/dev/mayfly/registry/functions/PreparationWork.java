package dev.mayfly.registry.functions;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.hosting.HostPreparation;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.functions.Preparations.Task;
import dev.mayfly.registry.hosts.HostOffers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Has hosts prepare one version: one host after the other until one has done it or says that it can never be done. */
@Component
class PreparationWork {
    private static final Logger log = LoggerFactory.getLogger(PreparationWork.class);
    private static final String ANY_FAILURE = "InvalidRuntime";
    private static final String GIVEN_UP = "InternalError";
    private static final int LONGEST_REASON = 2000;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration PAUSE_IN_LINE = Duration.ofSeconds(1);

    private final Preparations preparations;
    private final PreparationEnd end;
    private final HostOffers hosts;
    private final HttpClient http;
    private final Vouching vouching;
    private final RegistryProperties properties;
    private final Clock clock;

    PreparationWork(
            Preparations preparations,
            PreparationEnd end,
            HostOffers hosts,
            HttpClient http,
            Vouching vouching,
            RegistryProperties properties,
            Clock clock) {
        this.preparations = preparations;
        this.end = end;
        this.hosts = hosts;
        this.http = http;
        this.vouching = vouching;
        this.properties = properties;
        this.clock = clock;
    }

    void run(Task task) throws InterruptedException {
        Optional<FunctionSnapshot> version = preparations.version(task);
        if (version.isEmpty()) {
            end.dropped(task);
            return;
        }
        Instant began = clock.instant();
        Asked asked = askHosts(task, version.get());
        if (asked == Asked.SETTLED) {
            return;
        }
        Instant now = clock.instant();
        if (asked == Asked.IN_LINE) {
            Instant next = now.plus(PAUSE_IN_LINE);
            preparations.putOff(task, next, Duration.between(began, next));
            return;
        }
        if (now.isAfter(task.createdAt().plus(properties.preparation().limit()))) {
            end.failed(task, "No sandbox host could prepare the function.", GIVEN_UP);
            return;
        }
        Duration pause = Duration.ofSeconds(1L << Math.min(task.attempts() - 1, 5));
        preparations.putOff(task, now.plus(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause), Duration.ZERO);
    }

    /** What came of asking all hosts. */
    private enum Asked {
        /** It is prepared, or never can be. */
        SETTLED,
        /** Others were before it. */
        IN_LINE,
        /** No host could. */
        NOBODY
    }

    private Asked askHosts(Task task, FunctionSnapshot version) throws InterruptedException {
        Asked asked = Asked.NOBODY;
        List<URI> urls = new ArrayList<>(
                hosts.offering(version.isolation(), version.settings().runtime()));
        Collections.shuffle(urls);
        for (URI url : urls) {
            @Nullable HttpResponse<byte[]> answer = ask(url, version);
            if (answer != null && answer.statusCode() == 204) {
                end.prepared(task);
                return Asked.SETTLED;
            }
            if (answer != null && answer.statusCode() == 422) {
                JsonNode problem = problem(answer.body());
                end.failed(
                        task,
                        shortened(problem.path("detail").asString("The function cannot be prepared.")),
                        shortened(problem.path("code").asString(ANY_FAILURE)));
                return Asked.SETTLED;
            }
            if (answer != null && answer.statusCode() == 429) {
                asked = Asked.IN_LINE;
            }
        }
        return asked;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_REASON
                ? text
                : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, LONGEST_REASON) - 1)) + "...";
    }

    private @Nullable HttpResponse<byte[]> ask(URI host, FunctionSnapshot version) throws InterruptedException {
        Duration within = properties.preparation().answerLimit();
        var request = HttpRequest.newBuilder(host.resolve(HostPreparation.PATH))
                .timeout(within.plus(HostPreparation.TURN_WAIT).plus(HostPreparation.ENDING))
                .header("Content-Type", "application/json")
                .header(Voucher.HEADER, vouching.issueForService("function-registry", version.accountId()))
                .POST(BodyPublishers.ofByteArray(Json.bytes(new HostPreparation(version.version(), within))))
                .build();
        try {
            var answer = http.send(request, BodyHandlers.ofByteArray());
            if (answer.statusCode() != 204) {
                log.info(
                        "{} answered {} for {}",
                        host,
                        answer.statusCode(),
                        version.version().key());
            }
            return answer;
        } catch (IOException e) {
            log.warn("{} did not prepare {}", host, version.version().key(), e);
            return null;
        }
    }

    private static JsonNode problem(byte[] body) {
        try {
            return Json.mapper().readTree(body);
        } catch (JacksonException e) {
            return Json.mapper().createObjectNode();
        }
    }
}
