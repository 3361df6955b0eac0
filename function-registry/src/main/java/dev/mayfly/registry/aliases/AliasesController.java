package dev.mayfly.registry.aliases;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.Paging;
import dev.mayfly.registry.lambda.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
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

/** The operations on aliases. */
@RestController
@RequestMapping("/2015-03-31/functions/{function}/aliases")
class AliasesController {
    private static final Pattern NAME = Pattern.compile("(?!^[0-9]+$)([a-zA-Z0-9-_]+)");
    private static final Pattern VERSION = Pattern.compile("(\\$LATEST|[0-9]+)");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final int MOST = 50;

    private final Aliases aliases;
    private final AliasChanges changes;
    private final RequestBodies bodies;
    private final String region;

    AliasesController(Aliases aliases, AliasChanges changes, RequestBodies bodies, RegistryProperties properties) {
        this.aliases = aliases;
        this.changes = changes;
        this.bodies = bodies;
        this.region = properties.region();
    }

    private record RoutingConfig(Map<String, Double> additionalVersionWeights) {}

    private record AliasAnswer(
            String aliasArn,
            String name,
            String functionVersion,
            String description,
            @Nullable RoutingConfig routingConfig,
            String revisionId) {}

    private record Listing(
            List<AliasAnswer> aliases, @Nullable String nextMarker) {}

    @PostMapping
    ResponseEntity<byte[]> create(@PathVariable String function, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("CreateAlias");
        FunctionRef ref = function(function, caller);
        var request = bodies.read(http, "CreateAlias", AliasRequest.class);
        constraints(request)
                .required("name", request.name())
                .required("functionVersion", request.functionVersion())
                .length("name", request.name(), 1, 128)
                .pattern("name", request.name(), NAME)
                .check();
        FunctionRef alias = new FunctionRef(ref.accountId(), ref.name(), Objects.requireNonNull(request.name()));
        return LambdaJson.answer(201, answer(alias, changes.create(alias, request)));
    }

    @GetMapping
    ResponseEntity<byte[]> list(@PathVariable String function, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListAliases");
        FunctionRef ref = function(function, caller);
        @Nullable String version = http.getParameter("FunctionVersion");
        new Constraints()
                .length("functionVersion", version, 1, 1024)
                .pattern("functionVersion", version, VERSION)
                .check();
        Paging paging = Paging.of(http, 10_000, MOST);
        UUID id = changes.function(ref);
        var page = paging.page(
                aliases.after(id, paging.after(), version == null ? null : number(version), paging.size() + 1),
                Alias::name);
        var answers = page.items().stream()
                .map(alias -> answer(new FunctionRef(ref.accountId(), ref.name(), alias.name()), alias))
                .toList();
        return LambdaJson.answer(200, new Listing(answers, page.nextMarker()));
    }

    @GetMapping("/{name}")
    ResponseEntity<byte[]> get(@PathVariable String function, @PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("GetAlias");
        FunctionRef alias = alias(function, name, caller);
        Alias found = aliases.find(changes.function(alias), name).orElseThrow(() -> changes.notFound(alias));
        return LambdaJson.answer(200, answer(alias, found));
    }

    @PutMapping("/{name}")
    ResponseEntity<byte[]> update(@PathVariable String function, @PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("UpdateAlias");
        FunctionRef alias = alias(function, name, caller);
        var request = bodies.read(http, "UpdateAlias", AliasRequest.class);
        constraints(request).check();
        return LambdaJson.answer(200, answer(alias, changes.update(alias, request)));
    }

    @DeleteMapping("/{name}")
    ResponseEntity<byte[]> delete(@PathVariable String function, @PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("DeleteAlias");
        changes.delete(alias(function, name, caller));
        return LambdaJson.noContent();
    }

    private FunctionRef function(String name, Caller caller) {
        FunctionRef ref = FunctionRef.of(name, null, caller, region);
        if (ref.qualifier() != null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Aliases are of functions, not of versions: leave out the qualifier " + ref.qualifier() + ".");
        }
        return ref;
    }

    private FunctionRef alias(String function, String name, Caller caller) {
        new Constraints()
                .length("name", name, 1, 128)
                .pattern("name", name, NAME)
                .check();
        FunctionRef ref = function(function, caller);
        return new FunctionRef(ref.accountId(), ref.name(), name);
    }

    private static Constraints constraints(AliasRequest request) {
        var constraints = new Constraints()
                .length("functionVersion", request.functionVersion(), 1, 1024)
                .pattern("functionVersion", request.functionVersion(), VERSION)
                .length("description", request.description(), 0, 256);
        var routing = request.routingConfig();
        if (routing != null && routing.additionalVersionWeights() != null) {
            constraints.keyPattern(
                    "routingConfig.additionalVersionWeights", routing.additionalVersionWeights(), NUMBER);
            for (@Nullable Double weight : routing.additionalVersionWeights().values()) {
                constraints
                        .required("routingConfig.additionalVersionWeights.member", weight)
                        .share("routingConfig.additionalVersionWeights.member", weight);
            }
        }
        return constraints;
    }

    /** 0 for {@code $LATEST}, and -1 for a number that no version has. */
    private static long number(String version) {
        if (version.equals(FunctionVersion.LATEST)) {
            return 0;
        }
        return version.length() > 18 || version.matches("0+") ? -1 : Long.parseLong(version);
    }

    private AliasAnswer answer(FunctionRef ref, Alias alias) {
        Alias.Share additional = alias.additional();
        return new AliasAnswer(
                ref.arn(region),
                alias.name(),
                alias.functionVersion(),
                alias.description(),
                additional == null
                        ? null
                        : new RoutingConfig(Map.of(Long.toString(additional.version()), additional.weight())),
                alias.revisionId().toString());
    }
}
