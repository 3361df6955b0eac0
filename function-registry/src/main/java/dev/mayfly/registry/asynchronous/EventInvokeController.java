package dev.mayfly.registry.asynchronous;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.Paging;
import dev.mayfly.registry.lambda.RequestBodies;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Put-, Update-, Get-, Delete- and ListFunctionEventInvokeConfig(s). */
@RestController
@RequestMapping("/2019-09-25/functions/{name}/event-invoke-config")
class EventInvokeController {
    private static final int MOST = 50;

    private final RuledFunctions functions;
    private final EventInvokeConfigs configs;
    private final DestinationChecks destinations;
    private final RequestBodies bodies;
    private final String region;
    private final Clock clock;

    EventInvokeController(
            RuledFunctions functions,
            EventInvokeConfigs configs,
            DestinationChecks destinations,
            RequestBodies bodies,
            RegistryProperties properties,
            Clock clock) {
        this.functions = functions;
        this.configs = configs;
        this.destinations = destinations;
        this.bodies = bodies;
        this.region = properties.region();
        this.clock = clock;
    }

    /** @param lastModified in seconds since 1970 */
    private record Answer(
            double lastModified,
            String functionArn,
            @Nullable Integer maximumRetryAttempts,
            @Nullable Integer maximumEventAgeInSeconds,
            Map<String, Map<String, String>> destinationConfig) {}

    private record Listing(
            List<Answer> functionEventInvokeConfigs,
            @Nullable String nextMarker) {}

    @PutMapping
    ResponseEntity<byte[]> put(@PathVariable String name, HttpServletRequest http) {
        return save(name, http, "PutFunctionEventInvokeConfig", false);
    }

    @PostMapping
    ResponseEntity<byte[]> update(@PathVariable String name, HttpServletRequest http) {
        return save(name, http, "UpdateFunctionEventInvokeConfig", true);
    }

    private ResponseEntity<byte[]> save(String name, HttpServletRequest http, String operation, boolean update) {
        RuledFunction function = functions.changing(name, http, operation);
        var request = bodies.read(http, operation, EventInvokeRequest.class);
        DestinationChecks.form(new Constraints(), request)
                .between("maximumRetryAttempts", request.maximumRetryAttempts(), 0, 2)
                .between("maximumEventAgeInSeconds", request.maximumEventAgeInSeconds(), 60, 21_600)
                .check();
        if (request.saysNothing()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "You must specify at least one of error handling or destination setting.");
        }
        destinations.check(function, request.onSuccess());
        destinations.check(function, request.onFailure());
        return functions.change(function, () -> {
            var before = configs.find(function.id(), function.qualifier());
            if (update && before.isEmpty()) {
                throw none(function);
            }
            var old = before.filter(unused -> update)
                    .orElseGet(
                            () -> new EventInvokeConfig(function.qualifier(), null, null, null, null, clock.instant()));
            var config = merged(old, request);
            configs.put(function.id(), config);
            functions.requireRoom(function, LambdaError.INVALID_PARAMETER_VALUE);
            return LambdaJson.answer(200, answer(function, config));
        });
    }

    private EventInvokeConfig merged(EventInvokeConfig old, EventInvokeRequest request) {
        return new EventInvokeConfig(
                old.qualifier(),
                request.maximumRetryAttempts() == null ? old.maxRetries() : request.maximumRetryAttempts(),
                request.maximumEventAgeInSeconds() == null ? old.maxAgeSeconds() : request.maximumEventAgeInSeconds(),
                destination(old.onSuccess(), request.onSuccess()),
                destination(old.onFailure(), request.onFailure()),
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    /** The empty text takes a destination away. */
    private static @Nullable String destination(@Nullable String old, @Nullable String asked) {
        String destination = asked == null ? old : asked;
        return destination == null || destination.isEmpty() ? null : destination;
    }

    @GetMapping
    ResponseEntity<byte[]> get(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.reading(name, http, "GetFunctionEventInvokeConfig");
        var config = configs.find(function.id(), function.qualifier()).orElseThrow(() -> none(function));
        return LambdaJson.answer(200, answer(function, config));
    }

    @GetMapping("/list")
    ResponseEntity<byte[]> list(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.readingWhole(name, http, "ListFunctionEventInvokeConfigs");
        Paging paging = Paging.of(http, MOST, MOST);
        var found = configs.list(function.id(), paging.after(), paging.size() + 1);
        var page = paging.page(found, config -> orLatest(config.qualifier()));
        List<Answer> answers =
                page.items().stream().map(config -> answer(function, config)).toList();
        return LambdaJson.answer(200, new Listing(answers, page.nextMarker()));
    }

    @DeleteMapping
    ResponseEntity<byte[]> delete(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changing(name, http, "DeleteFunctionEventInvokeConfig");
        return functions.change(function, () -> {
            if (configs.find(function.id(), function.qualifier()).isEmpty()) {
                throw none(function);
            }
            configs.removed(function.id(), function.qualifier());
            return LambdaJson.noContent();
        });
    }

    /** It sorts before all others, as the empty text that the table has for it. */
    private static String orLatest(String qualifier) {
        return qualifier.isEmpty() ? "$LATEST" : qualifier;
    }

    private LambdaException none(RuledFunction function) {
        return LambdaError.RESOURCE_NOT_FOUND.with(
                "The function " + function.qualifiedArn(region) + " doesn't have an EventInvokeConfig");
    }

    private Answer answer(RuledFunction function, EventInvokeConfig config) {
        return new Answer(
                config.lastModified().toEpochMilli() / 1000.0,
                function.arnOf(region, orLatest(config.qualifier())),
                config.maxRetries(),
                config.maxAgeSeconds(),
                Map.of("OnSuccess", target(config.onSuccess()), "OnFailure", target(config.onFailure())));
    }

    private static Map<String, String> target(@Nullable String destination) {
        return destination == null ? Map.of() : Map.of("Destination", destination);
    }
}
