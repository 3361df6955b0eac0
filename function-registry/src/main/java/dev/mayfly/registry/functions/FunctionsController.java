package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.code.CodeLinks;
import dev.mayfly.registry.code.Upload;
import dev.mayfly.registry.code.Uploads;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
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

/** The operations on functions, on AWS's paths. */
@RestController
@RequestMapping("/2015-03-31/functions")
class FunctionsController {
    private final Deployment deployment;
    private final FunctionLookup lookup;
    private final Uploads uploads;
    private final RequestBodies bodies;
    private final CodeLinks links;
    private final String region;

    FunctionsController(
            Deployment deployment,
            FunctionLookup lookup,
            Uploads uploads,
            RequestBodies bodies,
            CodeLinks links,
            RegistryProperties properties) {
        this.deployment = deployment;
        this.lookup = lookup;
        this.uploads = uploads;
        this.bodies = bodies;
        this.links = links;
        this.region = properties.region();
    }

    private record Code(
            String repositoryType,
            @Nullable String location,
            @Nullable String imageUri,
            @Nullable String resolvedImageUri) {}

    private record FunctionAnswer(
            FunctionConfiguration configuration,
            Code code,
            @Nullable Map<String, String> tags) {}

    @PostMapping
    ResponseEntity<byte[]> create(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("CreateFunction");
        try (Upload upload = uploads.begin()) {
            var request = bodies.read(http, "CreateFunction", FunctionRequest.class, "Code.ZipFile", upload::open);
            return LambdaJson.answer(201, configuration(deployment.create(request, upload, caller), null));
        }
    }

    @GetMapping("/{name}")
    ResponseEntity<byte[]> get(@PathVariable String name, HttpServletRequest http) {
        FunctionRef ref = readable(name, http, "GetFunction");
        var found = lookup.find(ref);
        return LambdaJson.answer(
                200,
                new FunctionAnswer(
                        configuration(found.version(), ref.qualifier()),
                        code(found.version()),
                        found.tags().isEmpty() ? null : found.tags()));
    }

    private Code code(FunctionSnapshot version) {
        FunctionCode code = version.code();
        return code.imageUri() == null
                ? new Code("S3", links.to(code.sha256()), null, null)
                : new Code("ECR", null, code.imageUri(), code.resolvedImageUri());
    }

    @GetMapping("/{name}/configuration")
    ResponseEntity<byte[]> getConfiguration(@PathVariable String name, HttpServletRequest http) {
        FunctionRef ref = readable(name, http, "GetFunctionConfiguration");
        return LambdaJson.answer(200, configuration(lookup.find(ref).version(), ref.qualifier()));
    }

    @PutMapping("/{name}/code")
    ResponseEntity<byte[]> updateCode(@PathVariable String name, HttpServletRequest http) {
        FunctionRef ref = changeable(name, http, "UpdateFunctionCode");
        try (Upload upload = uploads.begin()) {
            var request = bodies.read(http, "UpdateFunctionCode", CodeRequest.class, "ZipFile", upload::open);
            FunctionSnapshot updated = deployment.updateCode(ref, request, upload, Caller.of(http));
            @Nullable String qualifier = updated.number().equals(FunctionVersion.LATEST) ? null : updated.number();
            return LambdaJson.answer(200, configuration(updated, qualifier));
        }
    }

    @PutMapping("/{name}/configuration")
    ResponseEntity<byte[]> updateConfiguration(@PathVariable String name, HttpServletRequest http) {
        FunctionRef ref = changeable(name, http, "UpdateFunctionConfiguration");
        var request = bodies.read(http, "UpdateFunctionConfiguration", FunctionRequest.class);
        return LambdaJson.answer(
                200, configuration(deployment.updateConfiguration(ref, request, Caller.of(http)), null));
    }

    @DeleteMapping("/{name}")
    ResponseEntity<byte[]> delete(@PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("DeleteFunction");
        FunctionRef ref = FunctionRef.of(name, http.getParameter("Qualifier"), caller, region);
        if (ref.qualifier() != null && ref.isLatest()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "$LATEST version cannot be deleted without deleting the function.");
        }
        deployment.delete(ref);
        return LambdaJson.noContent();
    }

    private FunctionRef readable(String name, HttpServletRequest http, String action) {
        Caller caller = Caller.of(http);
        caller.mayRead(action);
        return FunctionRef.of(name, http.getParameter("Qualifier"), caller, region);
    }

    private FunctionRef changeable(String name, HttpServletRequest http, String action) {
        Caller caller = Caller.of(http);
        caller.mayChange(action);
        FunctionRef ref = FunctionRef.of(name, null, caller, region);
        if (!ref.isLatest()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(action + " changes $LATEST, not " + ref.qualifier() + ".");
        }
        return ref;
    }

    private FunctionConfiguration configuration(FunctionSnapshot function, @Nullable String qualifier) {
        var named = new FunctionRef(function.accountId(), function.name(), qualifier);
        return FunctionConfiguration.of(function, named.arn(region));
    }
}
