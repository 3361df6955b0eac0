package dev.mayfly.registry.urls;

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
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Create-, Get-, Update-, Delete- and ListFunctionUrlConfig(s). */
@RestController
@RequestMapping("/2021-10-31/functions/{name}")
class FunctionUrlController {
    private static final Pattern ALIAS = Pattern.compile("((?!^\\d+$)^[0-9a-zA-Z-_]+$)");
    private static final int MOST = 50;
    private static final String BUFFERED = "BUFFERED";

    private final RuledFunctions functions;
    private final FunctionUrls urls;
    private final RequestBodies bodies;
    private final String region;
    private final URI gateway;
    private final Clock clock;

    FunctionUrlController(
            RuledFunctions functions,
            FunctionUrls urls,
            RequestBodies bodies,
            RegistryProperties properties,
            Clock clock) {
        this.functions = functions;
        this.urls = urls;
        this.bodies = bodies;
        this.region = properties.region();
        this.gateway = properties.services().gateway();
        this.clock = clock;
    }

    private record Request(
            @Nullable String authType,
            @Nullable Cors cors,
            @Nullable String invokeMode) {}

    private record Answer(
            String functionUrl,
            String functionArn,
            String authType,
            @Nullable Cors cors,
            String creationTime,
            String lastModifiedTime,
            String invokeMode) {}

    private record Listing(
            List<Answer> functionUrlConfigs, @Nullable String nextMarker) {}

    @PostMapping("/url")
    ResponseEntity<byte[]> create(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changing(name, http, "CreateFunctionUrlConfig");
        Request request = read(http, "CreateFunctionUrlConfig", function, true);
        return functions.change(function, () -> {
            if (urls.find(function.id(), function.qualifier()).isPresent()) {
                throw LambdaError.RESOURCE_CONFLICT.with(
                        "Failed to create function url config for [functionArn = " + function.arn(region)
                                + "]. Error message:  FunctionUrlConfig exists for this Lambda function");
            }
            Instant now = now();
            var url = new FunctionUrl(
                    function.qualifier(),
                    UUID.randomUUID().toString().replace("-", ""),
                    Objects.requireNonNull(request.authType()),
                    Objects.requireNonNullElse(request.invokeMode(), BUFFERED),
                    request.cors(),
                    now,
                    now);
            urls.put(function.id(), url);
            return LambdaJson.answer(201, answer(function, url));
        });
    }

    @PutMapping("/url")
    ResponseEntity<byte[]> update(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changing(name, http, "UpdateFunctionUrlConfig");
        Request request = read(http, "UpdateFunctionUrlConfig", function, false);
        return functions.change(function, () -> {
            FunctionUrl old = existing(function);
            var url = new FunctionUrl(
                    old.qualifier(),
                    old.urlId(),
                    Objects.requireNonNullElse(request.authType(), old.authType()),
                    Objects.requireNonNullElse(request.invokeMode(), old.invokeMode()),
                    request.cors() == null ? old.cors() : request.cors(),
                    old.createdAt(),
                    now());
            urls.put(function.id(), url);
            return LambdaJson.answer(200, answer(function, url));
        });
    }

    @GetMapping("/url")
    ResponseEntity<byte[]> get(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.reading(name, http, "GetFunctionUrlConfig");
        requireAlias(function);
        return LambdaJson.answer(200, answer(function, existing(function)));
    }

    @GetMapping("/urls")
    ResponseEntity<byte[]> list(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.readingWhole(name, http, "ListFunctionUrlConfigs");
        Paging paging = Paging.of(http, MOST, MOST);
        var page = paging.page(urls.list(function.id(), paging.after(), paging.size() + 1), FunctionUrl::urlId);
        List<Answer> answers =
                page.items().stream().map(url -> answer(function, url)).toList();
        return LambdaJson.answer(200, new Listing(answers, page.nextMarker()));
    }

    @DeleteMapping("/url")
    ResponseEntity<byte[]> delete(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changing(name, http, "DeleteFunctionUrlConfig");
        requireAlias(function);
        return functions.change(function, () -> {
            urls.removed(function.id(), existing(function).qualifier());
            return LambdaJson.noContent();
        });
    }

    private Request read(HttpServletRequest http, String operation, RuledFunction function, boolean complete) {
        Request request = bodies.read(http, operation, Request.class);
        requireAlias(function);
        var constraints = new Constraints()
                .oneOf("authType", request.authType(), List.of("NONE", "AWS_IAM"))
                .oneOf("invokeMode", request.invokeMode(), List.of(BUFFERED, "RESPONSE_STREAM"));
        if (complete) {
            constraints.required("authType", request.authType());
        }
        constraints.check();
        if (request.cors() != null) {
            request.cors().check();
        }
        return request;
    }

    private static void requireAlias(RuledFunction function) {
        new Constraints()
                .pattern("qualifier", function.ref().qualifier(), ALIAS)
                .check();
    }

    private FunctionUrl existing(RuledFunction function) {
        return urls.find(function.id(), function.qualifier()).orElseThrow(FunctionUrlController::none);
    }

    private static LambdaException none() {
        return LambdaError.RESOURCE_NOT_FOUND.with("The resource you requested does not exist.");
    }

    private Answer answer(RuledFunction function, FunctionUrl url) {
        @Nullable Cors cors = url.cors();
        return new Answer(
                address(url.urlId()),
                function.arnOf(region, url.qualifier()),
                url.authType(),
                cors == null || cors.isEmpty() ? null : cors,
                url.createdAt().toString(),
                url.lastModified().toString(),
                url.invokeMode());
    }

    /** Below the gateway's own name; {@code localhost} has as many names below it as one likes. */
    private String address(String urlId) {
        String host = gateway.getHost().matches("[0-9.]+|\\[.*") ? "localhost" : gateway.getHost();
        String port = gateway.getPort() < 0 ? "" : ":" + gateway.getPort();
        return gateway.getScheme() + "://" + urlId + ".lambda-url." + region + "." + host + port + "/";
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
