package dev.mayfly.registry.tags;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** TagResource, UntagResource and ListTags, for every kind of resource that the registry has. */
@RestController
@RequestMapping("/2017-03-31/tags/{arn}")
class TagsController {
    private static final Pattern ARN =
            Pattern.compile("arn:(aws[a-zA-Z-]*):lambda:([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}):(\\d{12}):"
                    + "(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
                    + "|code-signing-config:csc-[a-z0-9]{17}"
                    + "|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
                    + "|capacity-provider:[a-zA-Z0-9-_]+)");

    private final Map<String, TaggedResources> kinds;
    private final RequestBodies bodies;
    private final String region;

    TagsController(List<TaggedResources> kinds, RequestBodies bodies, RegistryProperties properties) {
        this.kinds = kinds.stream().collect(Collectors.toMap(TaggedResources::kind, Function.identity()));
        this.bodies = bodies;
        this.region = properties.region();
    }

    private record Tags(@Nullable Map<String, String> tags) {}

    private record Tagged(TaggedResources resources, String accountId, String id) {
        void retag(UnaryOperator<Map<String, String>> tagging) {
            resources.retag(accountId, id, tagging);
        }
    }

    @GetMapping
    ResponseEntity<byte[]> list(@PathVariable String arn, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListTags");
        Tagged tagged = tagged(arn, caller);
        return LambdaJson.answer(200, new Tags(tagged.resources.tags(tagged.accountId, tagged.id)));
    }

    @PostMapping
    ResponseEntity<byte[]> tag(@PathVariable String arn, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("TagResource");
        Tagged tagged = tagged(arn, caller);
        @Nullable
        Map<String, String> more = bodies.read(http, "TagResource", Tags.class).tags();
        new Constraints().required("tags", more).check();
        if (more == null) {
            throw new IllegalStateException("checked above");
        }
        TagRules.check(more);
        tagged.retag(tags -> {
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
        Tagged tagged = tagged(arn, caller);
        String @Nullable [] named = http.getParameterValues("tagKeys");
        new Constraints().required("tagKeys", named).check();
        List<String> keys = named == null ? List.of() : Arrays.asList(named);
        tagged.retag(tags -> {
            var left = new TreeMap<>(tags);
            left.keySet().removeAll(keys);
            return left;
        });
        return LambdaJson.noContent();
    }

    private Tagged tagged(String arn, Caller caller) {
        new Constraints()
                .length("resource", arn, 1, 256)
                .pattern("resource", arn, ARN)
                .check();
        Matcher parts = ARN.matcher(arn);
        if (!parts.matches()) {
            throw new IllegalStateException("checked above");
        }
        String[] resource = parts.group(8).split(":", 3);
        if (!parts.group(2).equals(region)) {
            throw LambdaError.RESOURCE_NOT_FOUND.with(
                    "Resources from '" + parts.group(2) + "' are not reachable in this region ('" + region + "')");
        }
        if (!parts.group(7).equals(caller.accountId())) {
            throw LambdaError.ACCESS_DENIED.with(caller.user()
                    + " is not authorized to perform this operation on resource: " + arn
                    + " because it belongs to another account");
        }
        if (resource.length > 2) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Tags on function aliases and versions are not supported."
                    + " Please specify either a function ARN or an event source mapping ARN or a code signing"
                    + " configuration ARN.");
        }
        @Nullable TaggedResources found = kinds.get(resource[0]);
        if (found == null) {
            throw LambdaError.RESOURCE_NOT_FOUND.with("The resource you requested does not exist: " + arn
                    + ". Mayfly has no resources of the kind " + resource[0] + ".");
        }
        return new Tagged(found, caller.accountId(), resource[1]);
    }
}
