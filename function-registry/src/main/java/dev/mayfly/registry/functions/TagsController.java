package dev.mayfly.registry.functions;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tags of functions. */
@RestController
@RequestMapping("/2017-03-31/tags/{arn}")
class TagsController {
    private static final Pattern ARN =
            Pattern.compile("arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}(-gov)?(-iso[a-z]?)?-[a-z]+-\\d"
                    + ":\\d{12}:function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?");

    private final Deployment deployment;
    private final RequestBodies bodies;
    private final String region;

    TagsController(Deployment deployment, RequestBodies bodies, RegistryProperties properties) {
        this.deployment = deployment;
        this.bodies = bodies;
        this.region = properties.region();
    }

    private record Tags(@Nullable Map<String, String> tags) {}

    @GetMapping
    ResponseEntity<byte[]> list(@PathVariable String arn, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListTags");
        return LambdaJson.answer(200, new Tags(deployment.read(ref(arn, caller)).tags()));
    }

    @PostMapping
    ResponseEntity<byte[]> tag(@PathVariable String arn, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("TagResource");
        FunctionRef ref = ref(arn, caller);
        @Nullable
        Map<String, String> more = bodies.read(http, "TagResource", Tags.class).tags();
        new Constraints().required("tags", more).check();
        if (more == null) {
            throw new IllegalStateException("checked above");
        }
        RequestChecks.checkTags(more);
        deployment.retag(ref, tags -> {
            var all = new TreeMap<>(tags);
            all.putAll(more);
            return all;
        });
        return LambdaJson.noContent();
    }

    @DeleteMapping
    ResponseEntity<byte[]> untag(@PathVariable String arn, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("UntagResource");
        FunctionRef ref = ref(arn, caller);
        String @Nullable [] named = http.getParameterValues("tagKeys");
        new Constraints().required("tagKeys", named).check();
        List<String> keys = named == null ? List.of() : Arrays.asList(named);
        deployment.retag(ref, tags -> {
            var left = new TreeMap<>(tags);
            left.keySet().removeAll(keys);
            return left;
        });
        return LambdaJson.noContent();
    }

    private FunctionRef ref(String arn, Caller caller) {
        new Constraints().pattern("resource", arn, ARN).check();
        FunctionRef ref = FunctionRef.of(arn, null, caller, region);
        if (ref.qualifier() != null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Tags on function aliases and versions are not supported."
                    + " Please specify either a function ARN or an event source mapping ARN or a code signing"
                    + " configuration ARN.");
        }
        return ref;
    }
}
