package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.accounts.MinimumIsolation;
import dev.mayfly.registry.code.CodeUses;
import dev.mayfly.registry.code.Upload;
import dev.mayfly.registry.hosts.HostOffers;
import dev.mayfly.registry.hosts.Offer;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.layers.LayerUse;
import dev.mayfly.registry.layers.LayerUses;
import dev.mayfly.registry.publication.Commits;
import dev.mayfly.registry.rules.RulesPublication;
import dev.mayfly.registry.tags.TagRules;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;

/**
 * Creates, changes and deletes functions. Each change is one transaction with its lines in the outbox; what is returned is
 * on its way to the invokers already.
 */
@Component
class Deployment {
    private final DeployedFunctions functions;
    private final PublishedVersions versions;
    private final FunctionLookup lookup;
    private final Publishing publishing;
    private final Preparations preparations;
    private final CodeSources sources;
    private final CodeUses uses;
    private final LayerUses layers;
    private final HostOffers hosts;
    private final MinimumIsolation minimums;
    private final Commits commits;
    private final VersionPublication publication;
    private final RulesPublication rules;
    private final String region;
    private final Clock clock;

    Deployment(
            DeployedFunctions functions,
            PublishedVersions versions,
            FunctionLookup lookup,
            Publishing publishing,
            Preparations preparations,
            CodeSources sources,
            CodeUses uses,
            LayerUses layers,
            HostOffers hosts,
            MinimumIsolation minimums,
            Commits commits,
            VersionPublication publication,
            RulesPublication rules,
            RegistryProperties properties,
            Clock clock) {
        this.functions = functions;
        this.versions = versions;
        this.lookup = lookup;
        this.publishing = publishing;
        this.preparations = preparations;
        this.sources = sources;
        this.uses = uses;
        this.layers = layers;
        this.hosts = hosts;
        this.minimums = minimums;
        this.commits = commits;
        this.publication = publication;
        this.rules = rules;
        this.region = properties.region();
        this.clock = clock;
    }

    FunctionSnapshot create(FunctionRequest request, Upload upload, Caller caller) {
        RequestChecks.create(request, caller.accountId());
        FunctionRef ref = FunctionRef.of(require(request.functionName()), null, caller, region);
        if (!ref.isLatest()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("FunctionName must not name a version.");
        }
        FunctionSettings settings =
                withLayers(RequestedSettings.created(request, ref.name()), request.layers(), caller);
        Map<String, String> tags = request.tags() == null ? Map.of() : request.tags();
        Placement placement = choice(ref, settings.runtime(), tags).place(settings.runtime(), tags);
        if (functions.findByAccountIdAndName(ref.accountId(), ref.name()).isPresent()) {
            throw alreadyExists(ref);
        }
        FunctionCode code = sources.check(settings, require(request.code()), upload, 0, caller);
        sources.keep(upload, code);
        var function = new DeployedFunction(
                ref.accountId(), ref.name(), settings, code, Architecture.OF_THIS_MACHINE, placement, tags, clock);
        try {
            return commits.commit(() -> {
                DeployedFunction saved = save(function);
                return published(saved, request.publish(), null);
            });
        } catch (DataIntegrityViolationException e) {
            if (functions.findByAccountIdAndName(ref.accountId(), ref.name()).isPresent()) {
                throw alreadyExists(ref);
            }
            throw e;
        }
    }

    FunctionSnapshot updateCode(FunctionRef ref, CodeRequest request, Upload upload, Caller caller) {
        RequestChecks.update(request);
        DeployedFunction before = read(ref);
        checkRevision(before, request.revisionId());
        checkSettled(before, region);
        FunctionCode code =
                sources.check(before.settings(), request, upload, before.code().size(), caller);
        TierChoice tiers = choice(ref);
        Placement placement = tiers.keep(before);
        if (Boolean.TRUE.equals(request.dryRun())) {
            before.change(code, placement, clock);
            return before.snapshot().with(before.revisionId(), FunctionStatus.READY);
        }
        sources.keep(upload, code);
        return change(ref, request.revisionId(), function -> {
            checkCode(function.settings(), code);
            function.change(code, tiers.keep(function), clock);
            return published(save(function), request.publish(), null);
        });
    }

    FunctionSnapshot updateConfiguration(FunctionRef ref, FunctionRequest request, Caller caller) {
        RequestChecks.update(request, caller.accountId());
        DeployedFunction before = read(ref);
        checkRevision(before, request.revisionId());
        checkSettled(before, region);
        @Nullable String runtime = request.runtime();
        TierChoice tiers = runtime == null ? choice(ref) : choice(ref, runtime, before.tags());
        @Nullable List<LayerUse> used = request.layers() == null ? null : layers.of(request.layers(), caller);
        return change(ref, request.revisionId(), function -> {
            FunctionSettings merged = RequestedSettings.merged(function.settings(), request, function.name());
            FunctionSettings settings = used == null ? merged : merged.with(used);
            Placement placement = runtime == null ? tiers.keep(function) : tiers.place(runtime, function.tags());
            checkCode(settings, function.code());
            function.change(settings, placement, clock);
            return save(function).snapshot();
        });
    }

    /** Replaces the tags by what {@code tagging} makes of them, and moves the function where they say. */
    void retag(FunctionRef ref, Function<Map<String, String>, Map<String, String>> tagging) {
        DeployedFunction before = read(ref);
        String runtime = before.settings().runtime();
        Map<String, String> after = tagging.apply(before.tags());
        @Nullable TierChoice chosen = choosesPlacement(before.tags(), after) ? choice(ref, runtime, after) : null;
        commits.run(() -> {
            DeployedFunction function = lookup.function(ref);
            Map<String, String> tags = tagging.apply(function.tags());
            TagRules.checkCount(tags);
            Placement placement = chosen == null
                    ? function.placement()
                    : chosen.place(function.settings().runtime(), tags);
            if (!placement.equals(function.placement())) {
                checkSettled(function, region);
            }
            if (function.retag(tags, placement, clock)) {
                save(function);
            } else {
                functions.saveAndFlush(function);
            }
        });
    }

    private static boolean choosesPlacement(Map<String, String> before, Map<String, String> after) {
        return Stream.of(Isolation.TAG, Network.TAG).anyMatch(tag -> !Objects.equals(before.get(tag), after.get(tag)));
    }

    /** With what hosts offer once that is settled for these tags; waits for it a little. */
    private TierChoice choice(FunctionRef ref, String runtime, Map<String, String> tags) {
        @Nullable Isolation minimum = minimums.of(ref.accountId()).orElse(null);
        Offer offer = hosts.now(heard -> TierChoice.isSettled(heard, runtime, tags, minimum));
        return new TierChoice(offer, minimum);
    }

    /** With what hosts offer now, if any is heard. */
    private TierChoice choice(FunctionRef ref) {
        return new TierChoice(
                hosts.heard().orElse(null), minimums.of(ref.accountId()).orElse(null));
    }

    /** Deletes a function with all of its versions, or one version. */
    void delete(FunctionRef ref) {
        if (ref.qualifier() != null) {
            publishing.delete(ref);
            return;
        }
        commits.run(() -> {
            DeployedFunction function = lookup.function(ref);
            versions.forEach(function.id(), version -> publication.deleted(version.version()));
            publication.deleted(function.version());
            functions.delete(function);
            functions.flush();
            uses.clear(function.id());
            rules.deleted(ref.accountId(), ref.name());
        });
    }

    /** The function, tags included. */
    DeployedFunction read(FunctionRef ref) {
        return lookup.read(ref);
    }

    private FunctionSnapshot change(
            FunctionRef ref, @Nullable String revisionId, Function<DeployedFunction, FunctionSnapshot> change) {
        return commits.commit(() -> {
            DeployedFunction function = lookup.function(ref);
            checkRevision(function, revisionId);
            checkSettled(function, region);
            return change.apply(function);
        });
    }

    /** Within the transaction: a function that was created or changed. */
    private DeployedFunction save(DeployedFunction changed) {
        DeployedFunction saved = functions.saveAndFlush(changed);
        FunctionSnapshot latest = saved.snapshot();
        var digests = new ArrayList<>(Publishing.digests(latest));
        digests.addAll(saved.servedDigests());
        uses.set(saved.id(), latest.number(), digests);
        if (saved.isToBePrepared()) {
            preparations.add(saved.id(), latest);
        }
        if (!saved.isUpdating()) {
            publication.changed(saved.version());
        }
        return saved;
    }

    private FunctionSnapshot published(
            DeployedFunction function, @Nullable Boolean publish, @Nullable String description) {
        return Boolean.TRUE.equals(publish) ? publishing.publish(function, description) : function.snapshot();
    }

    private FunctionSettings withLayers(FunctionSettings settings, @Nullable List<String> arns, Caller caller) {
        return arns == null ? settings : settings.with(layers.of(arns, caller));
    }

    static void checkRevision(DeployedFunction function, @Nullable String revisionId) {
        if (revisionId != null && !revisionId.equals(function.revisionId())) {
            throw LambdaError.PRECONDITION_FAILED.with(
                    "The Revision Id provided does not match the latest Revision Id. Call the"
                            + " GetFunction/GetAlias API to retrieve the latest Revision Id");
        }
    }

    /** What is being prepared is not changed meanwhile. */
    static void checkSettled(DeployedFunction function, String region) {
        if (function.status().isPending()) {
            throw LambdaError.RESOURCE_CONFLICT.with("The operation cannot be performed at this time. The function is"
                    + " currently in the following state: Pending");
        }
        if (function.status().isUpdating()) {
            throw LambdaError.RESOURCE_CONFLICT.with("The operation cannot be performed at this time. An update is in"
                    + " progress for resource: "
                    + new FunctionRef(function.accountId(), function.name(), null).arn(region));
        }
    }

    private void checkCode(FunctionSettings settings, FunctionCode code) {
        if (settings.isImage()) {
            return;
        }
        if (settings.handler() == null && !Runtimes.isWasm(settings.runtime())) {
            throw RequestChecks.runtimeAndHandler();
        }
        Runtimes.checkCode(settings.runtime(), settings.handler(), code.contents());
        sources.checkUnzipped(code, settings.options().layers());
    }

    private static RuntimeException alreadyExists(FunctionRef ref) {
        return LambdaError.RESOURCE_CONFLICT.with("Function already exist: " + ref.name());
    }

    private static <T> T require(@Nullable T value) {
        return Objects.requireNonNull(value);
    }
}
