package dev.mayfly.registry.layers;

import dev.mayfly.contracts.function.CodeLayer;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.code.CodeIntake;
import dev.mayfly.registry.code.CodeLinks;
import dev.mayfly.registry.code.CodeStorage;
import dev.mayfly.registry.code.CodeUses;
import dev.mayfly.registry.code.Upload;
import dev.mayfly.registry.code.Uploads;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.Paging;
import dev.mayfly.registry.lambda.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The operations on layers. */
@RestController
@RequestMapping("/2018-10-31/layers")
class LayersController {
    private static final int MOST = 50;
    private static final int MOST_RUNTIMES = 15;
    private static final Pattern RUNTIME = Pattern.compile("[a-z][a-z0-9.-]{0,62}");
    private static final List<String> ARCHITECTURES = List.of("x86_64", "arm64");

    private final LayerVersions versions;
    private final LayerPolicies policies;
    private final CodeIntake intake;
    private final CodeUses uses;
    private final CodeStorage storage;
    private final CodeLinks links;
    private final Uploads uploads;
    private final RequestBodies bodies;
    private final TransactionTemplate transactions;
    private final String region;
    private final Clock clock;

    LayersController(
            LayerVersions versions,
            LayerPolicies policies,
            CodeIntake intake,
            CodeUses uses,
            CodeStorage storage,
            CodeLinks links,
            Uploads uploads,
            RequestBodies bodies,
            TransactionTemplate transactions,
            RegistryProperties properties,
            Clock clock) {
        this.versions = versions;
        this.policies = policies;
        this.intake = intake;
        this.uses = uses;
        this.storage = storage;
        this.links = links;
        this.uploads = uploads;
        this.bodies = bodies;
        this.transactions = transactions;
        this.region = properties.region();
        this.clock = clock;
    }

    @PostMapping("/{layer}/versions")
    ResponseEntity<byte[]> publish(@PathVariable String layer, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("PublishLayerVersion");
        LayerRef ref = own(LayerRef.of(layer, caller, region), caller);
        try (Upload upload = uploads.begin()) {
            var request = bodies.read(http, "PublishLayerVersion", LayerRequest.class, "Content.ZipFile", upload::open);
            check(request);
            LayerRequest.Content content = Objects.requireNonNull(request.content());
            CodeIntake.Checked code = intake.check(upload, content.s3Bucket(), content.s3Key(), caller);
            storage.check(caller.accountId(), code.size());
            intake.keep(upload, code.sha256());
            LayerVersion added = add(ref, request, code);
            return LambdaJson.answer(201, LayerAnswers.full(added, links.to(code.sha256()), region));
        }
    }

    private LayerVersion add(LayerRef ref, LayerRequest request, CodeIntake.Checked code) {
        var version = new LayerVersion(
                UUID.randomUUID(),
                ref.accountId(),
                ref.name(),
                0,
                Objects.requireNonNullElse(request.description(), ""),
                request.licenseInfo(),
                Objects.requireNonNullElse(request.compatibleRuntimes(), List.of()),
                Objects.requireNonNullElse(request.compatibleArchitectures(), List.of()),
                new CodeLayer(code.sha256(), code.size()),
                code.contents().unzipped(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                null);
        return Objects.requireNonNull(transactions.execute(transaction -> {
            uses.set(version.id(), "", List.of(code.sha256()));
            return versions.add(version);
        }));
    }

    private static void check(LayerRequest request) {
        var constraints = new Constraints()
                .required("content", request.content())
                .length("description", request.description(), 0, 256)
                .length("licenseInfo", request.licenseInfo(), 0, 512);
        if (request.compatibleRuntimes() != null) {
            constraints.between(
                    "compatibleRuntimes", request.compatibleRuntimes().size(), 0, MOST_RUNTIMES);
            request.compatibleRuntimes()
                    .forEach(runtime -> constraints
                            .required("compatibleRuntimes.member", runtime)
                            .pattern("compatibleRuntimes.member", runtime, RUNTIME));
        }
        if (request.compatibleArchitectures() != null) {
            constraints.between(
                    "compatibleArchitectures", request.compatibleArchitectures().size(), 0, 2);
            request.compatibleArchitectures()
                    .forEach(architecture -> constraints
                            .required("compatibleArchitectures.member", architecture)
                            .oneOf("compatibleArchitectures.member", architecture, ARCHITECTURES));
        }
        constraints.check();
        if (request.content() != null && request.content().s3ObjectVersion() != null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Not supported by Mayfly yet: S3ObjectVersion. Leave it out.");
        }
    }

    /** ListLayers, or with {@code find=LayerVersion} GetLayerVersionByArn. */
    @GetMapping
    ResponseEntity<byte[]> list(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        if ("LayerVersion".equals(http.getParameter("find"))) {
            caller.mayRead("GetLayerVersion");
            @Nullable String arn = http.getParameter("Arn");
            new Constraints().required("arn", arn).check();
            return one(LayerRef.version(Objects.requireNonNull(arn), caller, region), caller);
        }
        caller.mayRead("ListLayers");
        Paging paging = Paging.of(http, MOST, MOST);
        var page = paging.page(
                versions.newest(caller.accountId(), filter(http), paging.after(), paging.size() + 1),
                LayerVersion::name);
        var layers = page.items().stream()
                .map(newest -> new LayerAnswers.Layer(
                        newest.name(), newest.layerArn(region), LayerAnswers.item(newest, region)))
                .toList();
        return LambdaJson.answer(200, new LayerAnswers.Layers(layers, page.nextMarker()));
    }

    @GetMapping("/{layer}/versions")
    ResponseEntity<byte[]> versions(@PathVariable String layer, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListLayerVersions");
        LayerRef ref = LayerRef.of(layer, caller, region);
        Paging paging = Paging.of(http, MOST, MOST);
        long before = paging.after().isEmpty() ? Long.MAX_VALUE : paging.afterNumber();
        var readable = versions.before(ref, filter(http), before, paging.size() + 1).stream()
                .filter(version -> policies.mayUse(caller.accountId(), version))
                .toList();
        var page = paging.page(readable, version -> Long.toString(version.number()));
        var items = page.items().stream()
                .map(version -> LayerAnswers.item(version, region))
                .toList();
        return LambdaJson.answer(200, new LayerAnswers.Versions(items, page.nextMarker()));
    }

    @GetMapping("/{layer}/versions/{number}")
    ResponseEntity<byte[]> get(@PathVariable String layer, @PathVariable String number, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("GetLayerVersion");
        return one(LayerRef.version(layer, number, caller, region), caller);
    }

    /** Functions that use it keep working; that there is none is no error. */
    @DeleteMapping("/{layer}/versions/{number}")
    ResponseEntity<byte[]> delete(@PathVariable String layer, @PathVariable String number, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("DeleteLayerVersion");
        LayerRef.Version ref = LayerRef.version(layer, number, caller, region);
        own(ref.layer(), caller);
        transactions.executeWithoutResult(
                transaction -> versions.delete(ref).ifPresent(version -> uses.clear(version.id())));
        return LambdaJson.noContent();
    }

    private ResponseEntity<byte[]> one(LayerRef.Version ref, Caller caller) {
        LayerVersion version = versions.find(ref)
                .filter(found -> policies.mayUse(caller.accountId(), found))
                .orElseThrow(() -> LayerPolicyController.notFound(ref, caller));
        return LambdaJson.answer(
                200, LayerAnswers.full(version, links.to(version.code().sha256()), region));
    }

    private static LayerRef own(LayerRef layer, Caller caller) {
        if (!layer.accountId().equals(caller.accountId())) {
            throw LambdaError.ACCESS_DENIED.with(
                    caller.user() + " is not authorized to change the layer " + layer.name() + " of another account");
        }
        return layer;
    }

    private static LayerVersions.Filter filter(HttpServletRequest http) {
        @Nullable String runtime = http.getParameter("CompatibleRuntime");
        @Nullable String architecture = http.getParameter("CompatibleArchitecture");
        new Constraints()
                .pattern("compatibleRuntime", runtime, RUNTIME)
                .oneOf("compatibleArchitecture", architecture, ARCHITECTURES)
                .check();
        return new LayerVersions.Filter(runtime, architecture);
    }
}
