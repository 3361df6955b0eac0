package dev.mayfly.registry.functions;

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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** PublishVersion and ListVersionsByFunction. */
@RestController
@RequestMapping("/2015-03-31/functions/{name}/versions")
class VersionsController {
    private static final int MOST = 50;

    private final FunctionLookup lookup;
    private final Publishing publishing;
    private final PublishedVersions versions;
    private final RequestBodies bodies;
    private final String region;

    VersionsController(
            FunctionLookup lookup,
            Publishing publishing,
            PublishedVersions versions,
            RequestBodies bodies,
            RegistryProperties properties) {
        this.lookup = lookup;
        this.publishing = publishing;
        this.versions = versions;
        this.bodies = bodies;
        this.region = properties.region();
    }

    private record Answer(
            List<FunctionConfiguration> versions, @Nullable String nextMarker) {}

    @PostMapping
    ResponseEntity<byte[]> publish(@PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("PublishVersion");
        FunctionRef ref = FunctionRef.of(name, null, caller, region);
        if (!ref.isLatest()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "PublishVersion publishes $LATEST, not " + ref.qualifier() + ".");
        }
        var request = bodies.read(http, "PublishVersion", PublishRequest.class);
        new Constraints().length("description", request.description(), 0, 256).check();
        UnsupportedSettings.check(request);
        return LambdaJson.answer(201, configuration(publishing.publish(ref, request)));
    }

    /** {@code $LATEST} first, then by number. */
    @GetMapping
    ResponseEntity<byte[]> list(@PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListVersionsByFunction");
        FunctionRef ref = FunctionRef.of(name, null, caller, region);
        Paging paging = Paging.of(http, 10_000, MOST);
        DeployedFunction function = lookup.read(ref);
        List<FunctionSnapshot> found = new ArrayList<>();
        if (paging.after().isEmpty()) {
            found.add(function.snapshot());
        }
        found.addAll(versions.after(function.id(), paging.afterNumber(), paging.size() + 1));
        var page =
                paging.page(found, version -> version.number().equals(FunctionVersion.LATEST) ? "0" : version.number());
        return LambdaJson.answer(
                200, new Answer(page.items().stream().map(this::configuration).toList(), page.nextMarker()));
    }

    private FunctionConfiguration configuration(FunctionSnapshot version) {
        var ref = new FunctionRef(version.accountId(), version.name(), version.number());
        return FunctionConfiguration.of(version, ref.arn(region));
    }
}
