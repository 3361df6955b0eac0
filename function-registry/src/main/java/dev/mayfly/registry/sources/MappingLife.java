package dev.mayfly.registry.sources;

import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.SourceReport;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import dev.mayfly.registry.publication.Commits;
import dev.mayfly.registry.tags.TagRules;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;

/** Creates, changes and deletes mappings, and tells those who poll. */
@Component
class MappingLife {
    private final Mappings mappings;
    private final MappingPlans plans;
    private final Targets targets;
    private final SourcePublication publication;
    private final Commits commits;
    private final Clock clock;
    private final String region;
    private final int most;

    MappingLife(
            Mappings mappings,
            MappingPlans plans,
            Targets targets,
            SourcePublication publication,
            Commits commits,
            Clock clock,
            RegistryProperties properties,
            SourceSettings settings) {
        this.mappings = mappings;
        this.plans = plans;
        this.targets = targets;
        this.publication = publication;
        this.commits = commits;
        this.clock = clock;
        this.region = properties.region();
        this.most = settings.mostMappings();
    }

    /**
     * A new mapping.
     *
     * @throws LambdaException when the request asks for what cannot be, the same mapping is there already, or the account
     *     has too many
     */
    Mapping create(FunctionRef ref, MappingRequest request) {
        var id = UUID.randomUUID();
        MappingSettings settings = plans.first(id, ref.accountId(), request);
        Map<String, String> tags = Objects.requireNonNullElse(request.tags(), Map.of());
        TagRules.check(tags);
        Target function = targets.existing(ref, region);
        boolean enabled = !Boolean.FALSE.equals(request.enabled());
        var mapping = new Mapping(
                id,
                ref.accountId(),
                function,
                request.eventSourceArn(),
                1,
                enabled,
                "Creating",
                Mapping.USER_INITIATED,
                Mapping.NOTHING_YET,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                settings,
                tags);
        refuseRival(mapping);
        if (mappings.count(ref.accountId()) >= most) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("An account may have at most " + most
                    + " event source mappings. Please delete one that is not needed.");
        }
        try {
            commits.run(() -> {
                mappings.add(mapping);
                publication.changed(mapping);
            });
        } catch (DuplicateKeyException e) {
            refuseRival(mapping);
            throw e;
        }
        return mapping;
    }

    /** The mapping, changed as {@code request} says. */
    Mapping update(String accountId, UUID id, @Nullable FunctionRef ref, MappingRequest request) {
        Mapping old = read(accountId, id);
        boolean enabled = Objects.requireNonNullElse(request.enabled(), old.enabled());
        MappingSettings settings = plans.changed(old.settings(), accountId, enabled && !old.enabled(), request);
        Target function = ref == null ? old.function() : targets.existing(ref, region);
        String state;
        if (enabled) {
            state = old.enabled() ? "Updating" : "Enabling";
        } else {
            state = old.enabled() ? "Disabling" : "Updating";
        }
        return replace(old, function, enabled, state, Mapping.USER_INITIATED, settings);
    }

    private Mapping replace(
            Mapping old, Target function, boolean enabled, String state, String reason, MappingSettings settings) {
        var mapping = new Mapping(
                old.id(),
                old.accountId(),
                function,
                old.eventSourceArn(),
                old.revision() + 1,
                enabled,
                state,
                reason,
                old.lastResult(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                settings,
                old.tags());
        refuseRival(mapping);
        boolean replaced = commits.commit(() -> {
            boolean unchanged = mappings.replace(mapping);
            if (unchanged) {
                publication.changed(mapping);
            }
            return unchanged;
        });
        if (!replaced) {
            throw LambdaError.RESOURCE_CONFLICT.with(
                    "The event source mapping was changed meanwhile; read it again and retry.");
        }
        return mapping;
    }

    private void refuseRival(Mapping mapping) {
        mappings.rival(mapping).ifPresent(rival -> {
            boolean same =
                    rival.settings().sourceKey().equals(mapping.settings().sourceKey())
                            && rival.function().equals(mapping.function());
            throw LambdaError.RESOURCE_CONFLICT.with(
                    same
                            ? "An event source mapping with event source (\" "
                                    + Objects.requireNonNullElse(
                                            mapping.eventSourceArn(),
                                            mapping.settings().sourceKey())
                                    + " \") and function (\" "
                                    + mapping.function().name()
                                    + " \") already exists. Please update or delete the existing mapping with UUID "
                                    + rival.id()
                            : "The consumer group ID is that of the event source mapping with UUID " + rival.id());
        });
    }

    /** Deletes it and answers what it was. */
    Mapping delete(String accountId, UUID id) {
        Mapping mapping = read(accountId, id);
        commits.run(() -> {
            mappings.remove(id);
            publication.deleted(id.toString(), mapping.arn(region));
        });
        return mapping;
    }

    /** @throws LambdaException ResourceNotFoundException when the account has none of that id */
    Mapping read(String accountId, UUID id) {
        return mappings.find(id)
                .filter(mapping -> mapping.accountId().equals(accountId))
                .orElseThrow(MappingLife::notFound);
    }

    static LambdaException notFound() {
        return LambdaError.RESOURCE_NOT_FOUND.with("The resource you requested does not exist.");
    }

    /** Takes what an invoker says about a mapping. */
    void report(UUID id, SourceReport report) {
        switch (report.phase()) {
            case READING -> mappings.note(id, report.revision(), "Enabled", report.result());
            case STOPPED -> mappings.note(id, report.revision(), "Disabled", report.result());
            case TROUBLED -> mappings.note(id, report.revision(), null, report.result());
            case FUNCTION_GONE -> disableWithoutFunction(id, report.revision());
        }
    }

    private void disableWithoutFunction(UUID id, long revision) {
        mappings.find(id)
                .filter(mapping -> mapping.revision() == revision && mapping.enabled())
                .filter(mapping -> !targets.exists(mapping.accountId(), mapping.function()))
                .ifPresent(mapping -> replace(
                        mapping,
                        mapping.function(),
                        false,
                        "Disabling",
                        "The function " + mapping.function().arn(region, mapping.accountId()) + " does not exist.",
                        mapping.settings()));
    }
}
