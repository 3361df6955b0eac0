package dev.mayfly.registry.sources;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.Schedule;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.Paging;
import dev.mayfly.registry.lambda.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The operations on schedules. */
@RestController
@RequestMapping("/v1/schedules")
class SchedulesController {
    private static final int PAGE = 100;

    private final ScheduleLife life;
    private final Schedules schedules;
    private final Targets targets;
    private final RequestBodies bodies;
    private final Clock clock;
    private final String region;

    SchedulesController(
            ScheduleLife life,
            Schedules schedules,
            Targets targets,
            RequestBodies bodies,
            Clock clock,
            RegistryProperties properties) {
        this.life = life;
        this.schedules = schedules;
        this.targets = targets;
        this.bodies = bodies;
        this.clock = clock;
        this.region = properties.region();
    }

    private record Listing(
            List<ScheduleAnswer> schedules, @Nullable String nextMarker) {}

    @PostMapping
    ResponseEntity<byte[]> create(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("CreateSchedule");
        var request = new ScheduleRequest(bodies.read(http, "CreateSchedule", JsonNode.class));
        String name = ScheduleRequest.requireName(request.text("name").orElse(null));
        String expression = request.required("expression");
        String timeZone = request.text("timeZone").orElse("UTC");
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        ScheduleRequest.check(expression, timeZone, now);
        var schedule = new Schedule(
                UUID.randomUUID().toString(),
                caller.accountId(),
                1,
                target(request.required("function"), caller),
                request.enabled().orElse(true),
                name,
                expression,
                timeZone,
                now,
                request.input());
        var kept = new KeptSchedule(schedule, request.description().orElse(""), now, now);
        life.create(kept);
        return answer(201, kept);
    }

    @GetMapping
    ResponseEntity<byte[]> list(HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("ListSchedules");
        Paging paging = Paging.of(http, http.getParameter("marker"), PAGE);
        var page = paging.page(
                schedules.list(caller.accountId(), paging.after(), paging.size() + 1),
                kept -> kept.schedule().name());
        Instant now = clock.instant();
        return json(
                200,
                new Listing(
                        page.items().stream()
                                .map(kept -> ScheduleAnswer.of(kept, region, now))
                                .toList(),
                        page.nextMarker()));
    }

    @GetMapping("/{name}")
    ResponseEntity<byte[]> get(@PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayRead("GetSchedule");
        return answer(200, life.read(caller.accountId(), name));
    }

    @PatchMapping("/{name}")
    ResponseEntity<byte[]> update(@PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("UpdateSchedule");
        var request = new ScheduleRequest(bodies.read(http, "UpdateSchedule", JsonNode.class));
        KeptSchedule old = life.read(caller.accountId(), name);
        Schedule before = old.schedule();
        if (!request.text("name").orElse(name).equals(name)) {
            throw ScheduleProblem.invalid("name: it cannot be changed.");
        }
        String expression = request.text("expression").orElse(before.expression());
        String timeZone = request.text("timeZone").orElse(before.timeZone());
        boolean enabled = request.enabled().orElse(before.enabled());
        boolean anew = enabled != before.enabled()
                || !expression.equals(before.expression())
                || !timeZone.equals(before.timeZone());
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        if (anew && enabled) {
            ScheduleRequest.check(expression, timeZone, now);
        }
        var schedule = new Schedule(
                before.id(),
                before.accountId(),
                before.revision() + 1,
                request.text("function").map(named -> target(named, caller)).orElse(before.function()),
                enabled,
                name,
                expression,
                timeZone,
                anew ? now : before.since(),
                request.namesInput() ? request.input() : before.input());
        var kept = new KeptSchedule(schedule, request.description().orElse(old.description()), old.createdAt(), now);
        life.replace(kept);
        return answer(200, kept);
    }

    @DeleteMapping("/{name}")
    ResponseEntity<byte[]> delete(@PathVariable String name, HttpServletRequest http) {
        Caller caller = Caller.of(http);
        caller.mayChange("DeleteSchedule");
        life.delete(caller.accountId(), name);
        return ResponseEntity.noContent().build();
    }

    /** Whatever else is asked of schedules. */
    @RequestMapping({"", "/{name}"})
    ResponseEntity<byte[]> refuse(HttpServletRequest http) {
        throw new ScheduleProblem(405, http.getMethod() + " is nothing that can be done here.");
    }

    private Target target(String named, Caller caller) {
        return targets.existing(FunctionRef.of(named, null, caller, region), region);
    }

    private ResponseEntity<byte[]> answer(int status, KeptSchedule kept) {
        return json(status, ScheduleAnswer.of(kept, region, clock.instant()));
    }

    private static ResponseEntity<byte[]> json(int status, Object body) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Json.bytes(body));
    }
}
