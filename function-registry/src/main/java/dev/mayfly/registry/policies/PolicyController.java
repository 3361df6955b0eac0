package dev.mayfly.registry.policies;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.RequestBodies;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** AddPermission, GetPolicy and RemovePermission. */
@RestController
@RequestMapping("/2015-03-31/functions/{name}/policy")
class PolicyController {
    /** AWS's: a policy has at most 20 KB. */
    private static final int LONGEST = 20_480;

    private final RuledFunctions functions;
    private final Permissions permissions;
    private final RequestBodies bodies;
    private final String region;

    PolicyController(
            RuledFunctions functions, Permissions permissions, RequestBodies bodies, RegistryProperties properties) {
        this.functions = functions;
        this.permissions = permissions;
        this.bodies = bodies;
        this.region = properties.region();
    }

    private record Added(String statement) {}

    private record Policy(String policy, String revisionId) {}

    @PostMapping
    ResponseEntity<byte[]> add(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.changing(name, http, "AddPermission");
        var request = bodies.read(http, "AddPermission", PermissionRequest.class);
        Permission added = PermissionChecks.permission(request);
        requireNotLatest(function);
        return functions.change(function, () -> {
            checkRevision(function, request.revisionId());
            List<Permission> all = new ArrayList<>(permissions.of(function));
            if (all.stream().anyMatch(one -> one.statementId().equals(added.statementId()))) {
                throw LambdaError.RESOURCE_CONFLICT.with("The statement id (" + added.statementId()
                        + ") provided already exists. Please provide a new statement id, or remove the existing"
                        + " statement.");
            }
            all.add(added);
            int length = document(function, all).getBytes(StandardCharsets.UTF_8).length;
            if (length > LONGEST) {
                throw LambdaError.POLICY_LENGTH_EXCEEDED.with(
                        "The final policy size (" + length + ") is bigger than the limit (" + LONGEST + ").");
            }
            permissions.add(function, added);
            functions.requireRoom(function, LambdaError.POLICY_LENGTH_EXCEEDED);
            return LambdaJson.answer(201, new Added(Json.text(added.statement(function.arn(region)))));
        });
    }

    @GetMapping
    ResponseEntity<byte[]> get(@PathVariable String name, HttpServletRequest http) {
        RuledFunction function = functions.reading(name, http, "GetPolicy");
        List<Permission> all = permissions.of(function);
        if (all.isEmpty()) {
            throw LambdaError.RESOURCE_NOT_FOUND.with("The resource you requested does not exist.");
        }
        return LambdaJson.answer(200, new Policy(document(function, all), revision(function)));
    }

    @DeleteMapping("/{statementId}")
    ResponseEntity<byte[]> remove(
            @PathVariable String name, @PathVariable String statementId, HttpServletRequest http) {
        RuledFunction function = functions.changing(name, http, "RemovePermission");
        new Constraints()
                .length("statementId", statementId, 1, 100)
                .pattern("statementId", statementId, PermissionChecks.STATEMENT_ID)
                .check();
        requireNotLatest(function);
        return functions.change(function, () -> {
            checkRevision(function, http.getParameter("RevisionId"));
            if (!permissions.remove(function, statementId)) {
                throw LambdaError.RESOURCE_NOT_FOUND.with(
                        "Statement " + statementId + " is not found in resource policy.");
            }
            return LambdaJson.noContent();
        });
    }

    private static void requireNotLatest(RuledFunction function) {
        if (function.ref().qualifier() != null && function.ref().isLatest()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("We currently do not support adding policies for $LATEST.");
        }
    }

    private void checkRevision(RuledFunction function, @Nullable String revisionId) {
        if (revisionId != null && !revisionId.equals(revision(function))) {
            throw LambdaError.PRECONDITION_FAILED.with("The Revision Id provided does not match the latest Revision Id."
                    + " Call the GetPolicy API to retrieve the latest Revision Id");
        }
    }

    private String revision(RuledFunction function) {
        return permissions.revision(function).map(UUID::toString).orElse("");
    }

    private String document(RuledFunction function, List<Permission> all) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("Version", "2012-10-17");
        document.put("Id", "default");
        String resource = function.arn(region);
        document.put(
                "Statement", all.stream().map(one -> one.statement(resource)).toList());
        return Json.text(document);
    }
}
