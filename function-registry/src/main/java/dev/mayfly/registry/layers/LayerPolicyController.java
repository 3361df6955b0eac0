package dev.mayfly.registry.layers;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The operations on who may use layer versions. */
@RestController
@RequestMapping("/2018-10-31/layers/{layer}/versions/{number}/policy")
class LayerPolicyController {
    private static final Pattern STATEMENT = Pattern.compile("([a-zA-Z0-9-_]+)");
    private static final Pattern PRINCIPAL = Pattern.compile("\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root");
    private static final Pattern ORGANIZATION = Pattern.compile("o-[a-z0-9]{10,32}");

    /** AWS's: a policy has at most 20 KB. */
    private static final int LONGEST = 20_480;

    private static final String ACTION = "lambda:GetLayerVersion";

    private final LayerVersions versions;
    private final LayerPolicies policies;
    private final RequestBodies bodies;
    private final String region;

    LayerPolicyController(
            LayerVersions versions, LayerPolicies policies, RequestBodies bodies, RegistryProperties properties) {
        this.versions = versions;
        this.policies = policies;
        this.bodies = bodies;
        this.region = properties.region();
    }

    private record Permission(
            @Nullable String statementId,
            @Nullable String action,
            @Nullable String principal,
            @Nullable String organizationId) {}

    private record Added(String statement, String revisionId) {}

    private record Policy(String policy, String revisionId) {}

    @PostMapping
    ResponseEntity<byte[]> add(@PathVariable String layer, @PathVariable String number, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("AddLayerVersionPermission");
        LayerVersion version = own(layer, number, caller);
        var request = bodies.read(http, "AddLayerVersionPermission", Permission.class);
        new Constraints()
                .required("statementId", request.statementId())
                .required("action", request.action())
                .required("principal", request.principal())
                .length("statementId", request.statementId(), 1, 100)
                .pattern("statementId", request.statementId(), STATEMENT)
                .pattern("action", request.action(), Pattern.compile(ACTION))
                .pattern("principal", request.principal(), PRINCIPAL)
                .pattern("organizationId", request.organizationId(), ORGANIZATION)
                .check();
        var statement = new LayerPolicies.Statement(
                Objects.requireNonNull(request.statementId()),
                Objects.requireNonNull(request.principal()),
                request.organizationId());
        UUID revision = policies.add(
                version, statement, http.getParameter("RevisionId"), all -> requireRoom(policy(all, version)));
        return LambdaJson.answer(201, new Added(Json.text(document(statement, version)), revision.toString()));
    }

    @GetMapping
    ResponseEntity<byte[]> get(@PathVariable String layer, @PathVariable String number, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("GetLayerVersionPolicy");
        LayerVersion version = own(layer, number, caller);
        List<LayerPolicies.Statement> statements = policies.of(version);
        if (statements.isEmpty()) {
            throw LambdaError.RESOURCE_NOT_FOUND.with("No policy is associated with the given resource.");
        }
        return LambdaJson.answer(
                200, new Policy(policy(statements, version), String.valueOf(version.policyRevision())));
    }

    private String policy(List<LayerPolicies.Statement> statements, LayerVersion version) {
        var policy = new LinkedHashMap<String, Object>();
        policy.put("Version", "2012-10-17");
        policy.put("Id", "default");
        policy.put(
                "Statement",
                statements.stream()
                        .map(statement -> document(statement, version))
                        .toList());
        return Json.text(policy);
    }

    private static void requireRoom(String policy) {
        if (policy.length() > LONGEST) {
            throw LambdaError.POLICY_LENGTH_EXCEEDED.with(
                    "The final policy size (" + policy.length() + ") is bigger than the limit (" + LONGEST + ").");
        }
    }

    @DeleteMapping("/{statement}")
    ResponseEntity<byte[]> remove(
            @PathVariable String layer,
            @PathVariable String number,
            @PathVariable String statement,
            HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("RemoveLayerVersionPermission");
        new Constraints()
                .length("statementId", statement, 1, 100)
                .pattern("statementId", statement, STATEMENT)
                .check();
        policies.remove(own(layer, number, caller), statement, http.getParameter("RevisionId"));
        return LambdaJson.noContent();
    }

    private LayerVersion own(String layer, String number, Caller caller) {
        LayerRef.Version ref = LayerRef.version(layer, number, caller, region);
        return versions.find(ref)
                .filter(found -> found.accountId().equals(caller.accountId()))
                .orElseThrow(() -> notFound(ref, caller));
    }

    /** To be thrown when there is no such version, or the caller may not know of it. */
    static LambdaException notFound(LayerRef.Version ref, Caller caller) {
        if (!ref.layer().accountId().equals(caller.accountId())) {
            return LambdaError.ACCESS_DENIED.with(caller.user() + " is not authorized to perform: " + ACTION
                    + " on resource: the layer " + ref.layer().name()
                    + " because no resource-based policy allows the " + ACTION + " action");
        }
        return LambdaError.RESOURCE_NOT_FOUND.with("The resource you requested does not exist.");
    }

    private Map<String, Object> document(LayerPolicies.Statement statement, LayerVersion version) {
        boolean account = statement.principal().matches("\\d{12}");
        var document = new LinkedHashMap<String, Object>();
        document.put("Sid", statement.id());
        document.put("Effect", "Allow");
        document.put(
                "Principal",
                statement.principal().equals("*")
                        ? "*"
                        : Map.of(
                                "AWS",
                                account ? "arn:aws:iam::" + statement.principal() + ":root" : statement.principal()));
        document.put("Action", ACTION);
        document.put("Resource", version.arn(region));
        if (statement.organizationId() != null) {
            document.put("Condition", Map.of("StringEquals", Map.of("aws:PrincipalOrgID", statement.organizationId())));
        }
        return document;
    }
}
