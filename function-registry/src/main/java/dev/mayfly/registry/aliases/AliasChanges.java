package dev.mayfly.registry.aliases;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.publication.Commits;
import dev.mayfly.registry.rules.QualifierRemoval;
import dev.mayfly.registry.rules.RulesPublication;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Creates, changes and deletes aliases: one after the other for each function, and each announced with its rules. */
@Component
class AliasChanges {
    private final JdbcClient database;
    private final Aliases aliases;
    private final Commits commits;
    private final RulesPublication rules;
    private final List<QualifierRemoval> removals;
    private final String region;

    AliasChanges(
            JdbcClient database,
            Aliases aliases,
            Commits commits,
            RulesPublication rules,
            List<QualifierRemoval> removals,
            RegistryProperties properties) {
        this.database = database;
        this.aliases = aliases;
        this.commits = commits;
        this.rules = rules;
        this.removals = removals;
        this.region = properties.region();
    }

    /** The function's id. */
    UUID function(FunctionRef ref) {
        return database.sql("select id from functions where account_id = :account and name = :name")
                .param("account", ref.accountId())
                .param("name", ref.name())
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new FunctionRef(ref.accountId(), ref.name(), null).notFound(region));
    }

    /** @param alias names the alias by its qualifier */
    Alias create(FunctionRef alias, AliasRequest request) {
        return locked(alias, function -> {
            String name = Objects.requireNonNull(alias.qualifier());
            if (aliases.find(function, name).isPresent()) {
                throw LambdaError.RESOURCE_CONFLICT.with("Alias already exists: " + alias.arn(region));
            }
            var blank = new Alias(name, UUID.randomUUID(), "", null, null);
            return put(alias, function, blank, request);
        });
    }

    Alias update(FunctionRef alias, AliasRequest request) {
        return locked(alias, function -> {
            Alias before = aliases.find(function, Objects.requireNonNull(alias.qualifier()))
                    .orElseThrow(() -> notFound(alias));
            if (request.revisionId() != null
                    && !request.revisionId().equals(before.revisionId().toString())) {
                throw LambdaError.PRECONDITION_FAILED.with(
                        "The Revision Id provided does not match the latest Revision Id. Call the"
                                + " GetFunction/GetAlias API to retrieve the latest Revision Id");
            }
            return put(alias, function, before, request);
        });
    }

    /** That there is none is no error. */
    void delete(FunctionRef alias) {
        locked(alias, function -> {
            String name = Objects.requireNonNull(alias.qualifier());
            if (aliases.delete(function, name)) {
                removals.forEach(removal -> removal.removed(function, name));
                rules.changed(alias.accountId(), alias.name());
            }
            return Optional.empty();
        });
    }

    dev.mayfly.registry.lambda.LambdaException notFound(FunctionRef alias) {
        return LambdaError.RESOURCE_NOT_FOUND.with("Cannot find alias arn: " + alias.arn(region));
    }

    private Alias put(FunctionRef ref, UUID function, Alias before, AliasRequest request) {
        @Nullable
        Long version = request.functionVersion() == null
                ? before.version()
                : number(ref, function, request.functionVersion()).orElse(null);
        Alias.Share share = request.routingConfig() == null
                ? before.additional()
                : share(ref, function, request.routingConfig()).orElse(null);
        if (share != null && version == null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "$LATEST is not supported for an alias pointing to more than 1" + " version");
        }
        if (share != null && version != null && share.version() == version) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Invalid function version " + version + ". Function version "
                    + version + " is already included in routing configuration.");
        }
        var alias = new Alias(
                before.name(),
                UUID.randomUUID(),
                Objects.requireNonNullElse(request.description(), before.description()),
                version,
                share);
        aliases.put(function, alias);
        rules.requireRoom(ref.accountId(), ref.name(), LambdaError.INVALID_PARAMETER_VALUE);
        rules.changed(ref.accountId(), ref.name());
        return alias;
    }

    private Optional<Alias.Share> share(FunctionRef ref, UUID function, AliasRequest.RoutingConfig routing) {
        Map<String, Double> weights = Objects.requireNonNullElse(routing.additionalVersionWeights(), Map.of());
        if (weights.isEmpty()) {
            return Optional.empty();
        }
        if (weights.size() > 1) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Number of items in AdditionalVersionWeights cannot be greater than 1");
        }
        var weight = weights.entrySet().iterator().next();
        return number(ref, function, weight.getKey()).map(number -> new Alias.Share(number, weight.getValue()));
    }

    /** Empty for {@code $LATEST}. */
    private Optional<Long> number(FunctionRef ref, UUID function, String version) {
        if (version.equals(FunctionVersion.LATEST)) {
            return Optional.empty();
        }
        var named = new FunctionRef(ref.accountId(), ref.name(), version);
        return Optional.of(named.versionNumber()
                .filter(number -> aliases.versionExists(function, number))
                .orElseThrow(() -> named.notFound(region)));
    }

    private <T> T locked(FunctionRef ref, java.util.function.Function<UUID, T> work) {
        Supplier<T> transaction = () -> {
            UUID function = function(ref);
            aliases.lock(function);
            return work.apply(function);
        };
        return commits.commit(transaction);
    }
}
