package dev.mayfly.registry.sources;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.lambda.Paging;
import dev.mayfly.registry.lambda.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
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

/** The operations on event source mappings, on AWS's paths. */
@RestController
@RequestMapping("/2015-03-31/event-source-mappings")
class MappingsController {
    private static final int MOST = 100;
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private final MappingLife life;
    private final Mappings mappings;
    private final RequestBodies bodies;
    private final String region;

    MappingsController(MappingLife life, Mappings mappings, RequestBodies bodies, RegistryProperties properties) {
        this.life = life;
        this.mappings = mappings;
        this.bodies = bodies;
        this.region = properties.region();
    }

    private record Listing(
            List<MappingAnswer> eventSourceMappings,
            @Nullable String nextMarker) {}

    @PostMapping
    ResponseEntity<byte[]> create(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("CreateEventSourceMapping");
        var request = bodies.read(http, "CreateEventSourceMapping", MappingRequest.class);
        String name = request.functionName();
        new Constraints().required("functionName", name).check();
        var ref = FunctionRef.of(String.valueOf(name), null, caller, region);
        return answer(202, life.create(ref, request));
    }

    @GetMapping
    ResponseEntity<byte[]> list(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListEventSourceMappings");
        Paging paging = Paging.of(http, 10_000, MOST);
        @Nullable String source = http.getParameter("EventSourceArn");
        new Constraints().pattern("eventSourceArn", source, MappingChecks.ARN).check();
        @Nullable String function = http.getParameter("FunctionName");
        @Nullable FunctionRef ref = function == null ? null : FunctionRef.of(function, null, caller, region);
        var page = paging.page(
                mappings.list(
                        caller.accountId(),
                        source,
                        ref == null ? null : ref.name(),
                        ref == null ? null : ref.qualifier(),
                        paging.afterId(),
                        paging.size() + 1),
                mapping -> mapping.id().toString());
        return LambdaJson.answer(
                200,
                new Listing(
                        page.items().stream()
                                .map(mapping -> MappingAnswer.of(mapping, region))
                                .toList(),
                        page.nextMarker()));
    }

    @GetMapping("/{uuid}")
    ResponseEntity<byte[]> get(@PathVariable String uuid, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("GetEventSourceMapping");
        return answer(200, life.read(caller.accountId(), id(uuid)));
    }

    @PutMapping("/{uuid}")
    ResponseEntity<byte[]> update(@PathVariable String uuid, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("UpdateEventSourceMapping");
        var request = bodies.read(http, "UpdateEventSourceMapping", MappingRequest.class);
        String function = request.functionName();
        @Nullable FunctionRef ref = function == null ? null : FunctionRef.of(function, null, caller, region);
        return answer(202, life.update(caller.accountId(), id(uuid), ref, request));
    }

    @DeleteMapping("/{uuid}")
    ResponseEntity<byte[]> delete(@PathVariable String uuid, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("DeleteEventSourceMapping");
        return answer(202, life.delete(caller.accountId(), id(uuid)).deleting());
    }

    private ResponseEntity<byte[]> answer(int status, Mapping mapping) {
        return LambdaJson.answer(status, MappingAnswer.of(mapping, region));
    }

    private static UUID id(String text) {
        if (!ID.matcher(text).matches()) {
            throw MappingLife.notFound();
        }
        return UUID.fromString(text);
    }
}
