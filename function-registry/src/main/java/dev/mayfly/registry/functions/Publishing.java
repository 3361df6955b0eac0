package dev.mayfly.registry.functions;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.aliases.Aliases;
import dev.mayfly.registry.code.CodeStorage;
import dev.mayfly.registry.code.CodeUses;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.publication.Commits;
import dev.mayfly.registry.rules.QualifierRemoval;
import dev.mayfly.registry.rules.RulesPublication;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Publishes versions: copies of {@code $LATEST} that never change again. */
@Component
class Publishing {
    private final FunctionLookup lookup;
    private final DeployedFunctions functions;
    private final PublishedVersions versions;
    private final Aliases aliases;
    private final CodeUses uses;
    private final CodeStorage storage;
    private final Commits commits;
    private final VersionPublication publication;
    private final RulesPublication rules;
    private final Preparations preparations;
    private final List<QualifierRemoval> removals;
    private final String region;
    private final Clock clock;

    Publishing(
            FunctionLookup lookup,
            DeployedFunctions functions,
            PublishedVersions versions,
            Aliases aliases,
            CodeUses uses,
            CodeStorage storage,
            Commits commits,
            VersionPublication publication,
            RulesPublication rules,
            Preparations preparations,
            List<QualifierRemoval> removals,
            RegistryProperties properties,
            Clock clock) {
        this.lookup = lookup;
        this.functions = functions;
        this.versions = versions;
        this.aliases = aliases;
        this.uses = uses;
        this.storage = storage;
        this.commits = commits;
        this.publication = publication;
        this.rules = rules;
        this.preparations = preparations;
        this.removals = removals;
        this.region = properties.region();
        this.clock = clock;
    }

    FunctionSnapshot publish(FunctionRef ref, PublishRequest request) {
        return commits.commit(() -> {
            DeployedFunction function = lookup.function(ref);
            Deployment.checkRevision(function, request.revisionId());
            Deployment.checkSettled(function, region);
            checkCode(function, request.codeSha256());
            return publish(function, request.description());
        });
    }

    private static void checkCode(DeployedFunction function, @Nullable String wanted) {
        String actual = FunctionConfiguration.codeSha256(function.snapshot());
        if (wanted != null && !wanted.isEmpty() && !wanted.equals(actual)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("CodeSHA256 (" + wanted
                    + ") is different from current CodeSHA256 in $LATEST (" + actual
                    + "). Please try again with the CodeSHA256 in $LATEST.");
        }
    }

    /**
     * Within a transaction: the new version, or the last one when nothing has changed since.
     *
     * @param description null for that of the function
     */
    FunctionSnapshot publish(DeployedFunction function, @Nullable String description) {
        FunctionSnapshot latest = function.snapshot();
        var newest = versions.newest(function.id());
        if (newest.isPresent() && newest.get().isCopyOf(latest)) {
            return newest.get();
        }
        storage.check(latest.accountId(), latest.code().size());
        boolean prepare = Readiness.needsPreparation(latest);
        FunctionSnapshot version = latest.published(
                function.nextVersion(),
                UUID.randomUUID().toString(),
                description == null ? latest.description() : description,
                prepare ? FunctionStatus.CREATING : FunctionStatus.READY,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        functions.saveAndFlush(function);
        versions.add(function.id(), version);
        uses.set(function.id(), version.number(), digests(version));
        publication.changed(version.version());
        rules.changed(version.accountId(), version.name());
        if (prepare) {
            preparations.add(function.id(), version);
        }
        return version;
    }

    /** The blobs that a version needs. */
    static List<String> digests(FunctionSnapshot version) {
        var digests = new ArrayList<String>();
        digests.add(version.code().sha256());
        version.settings()
                .options()
                .layers()
                .forEach(layer -> digests.add(layer.code().sha256()));
        return digests;
    }

    /** Deletes the version that {@code ref} names by its number; that there is none is no error. */
    void delete(FunctionRef ref) {
        if (!ref.isVersion()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Deletion of aliases is not currently supported.");
        }
        commits.run(() -> {
            DeployedFunction function = lookup.function(ref);
            ref.versionNumber()
                    .flatMap(number -> versions.find(function.id(), number))
                    .ifPresent(version -> delete(function, version));
        });
    }

    private void delete(DeployedFunction function, FunctionSnapshot version) {
        long number = Long.parseLong(version.number());
        List<String> users = aliases.lockAliasesOf(function.id(), number);
        if (!users.isEmpty()) {
            throw LambdaError.RESOURCE_CONFLICT.with(
                    "Unable to delete version because the following aliases reference it: " + users);
        }
        if (versions.delete(function.id(), number)) {
            uses.set(function.id(), version.number(), List.of());
            removals.forEach(removal -> removal.removed(function.id(), version.number()));
            publication.deleted(version.version());
            rules.changed(version.accountId(), version.name());
        }
    }
}
