package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.accounts.MinimumIsolation;
import dev.mayfly.registry.code.CodeContents;
import dev.mayfly.registry.code.CodeHolds;
import dev.mayfly.registry.code.CodeIntake;
import dev.mayfly.registry.code.Upload;
import dev.mayfly.registry.hosts.HostOffers;
import dev.mayfly.registry.hosts.Offer;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.publication.Commits;
import dev.mayfly.registry.rules.RulesPublication;
import dev.mayfly.registry.tags.TagRules;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Creates, changes and deletes functions. Each change is one transaction with its lines in the outbox; what is returned is
 * on its way to the invokers already.
 */
@Component
class Deployment {
    private static final int DEFAULT_MEMORY_MB = 128;
    private static final int DEFAULT_TIMEOUT_SECONDS = 3;
    private static final int DEFAULT_STORAGE_MB = 512;

    private final DeployedFunctions functions;
    private final TransactionTemplate transactions;
    private final CodeIntake intake;
    private final CodeHolds holds;
    private final HostOffers hosts;
    private final MinimumIsolation minimums;
    private final Commits commits;
    private final VersionPublication publication;
    private final RulesPublication rules;
    private final RegistryProperties properties;
    private final Clock clock;

    Deployment(
            DeployedFunctions functions,
            TransactionTemplate transactions,
            CodeIntake intake,
            CodeHolds holds,
            HostOffers hosts,
            MinimumIsolation minimums,
            Commits commits,
            VersionPublication publication,
            RulesPublication rules,
            RegistryProperties properties,
            Clock clock) {
        this.functions = functions;
        this.transactions = transactions;
        this.intake = intake;
        this.holds = holds;
        this.hosts = hosts;
        this.minimums = minimums;
        this.commits = commits;
        this.publication = publication;
        this.rules = rules;
        this.properties = properties;
        this.clock = clock;
    }

    DeployedFunction create(FunctionRequest request, Upload upload, Caller caller) {
        RequestChecks.create(request, caller.accountId());
        FunctionRef ref = FunctionRef.of(require(request.functionName()), null, caller, properties.region());
        if (!ref.isLatest()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("FunctionName must not name a version.");
        }
        CodeRequest from = require(request.code());
        String runtime = require(request.runtime());
        Map<String, String> tags = request.tags() == null ? Map.of() : request.tags();
        Placement placement = choice(ref, runtime, tags).place(runtime, tags);
        if (functions.findByAccountIdAndName(ref.accountId(), ref.name()).isPresent()) {
            throw alreadyExists(ref);
        }
        CodeIntake.Checked code = intake.check(upload, from.s3Bucket(), from.s3Key(), caller);
        Runtimes.checkCode(runtime, request.handler(), code.contents());
        checkStorage(ref.accountId(), code.size());
        intake.keep(upload, code);
        var settings = new FunctionSettings(
                runtime,
                request.handler(),
                require(request.role()),
                Objects.requireNonNullElse(request.description(), ""),
                Objects.requireNonNullElse(request.memorySize(), DEFAULT_MEMORY_MB),
                Objects.requireNonNullElse(request.timeout(), DEFAULT_TIMEOUT_SECONDS),
                storage(request, DEFAULT_STORAGE_MB),
                environment(request, Map.of()));
        var function = new DeployedFunction(
                ref.accountId(),
                ref.name(),
                settings,
                stored(code),
                Architecture.OF_THIS_MACHINE,
                placement,
                tags,
                clock);
        try {
            return commits.commit(() -> {
                DeployedFunction saved = functions.saveAndFlush(function);
                publication.changed(saved.version());
                return saved;
            });
        } catch (DataIntegrityViolationException e) {
            if (functions.findByAccountIdAndName(ref.accountId(), ref.name()).isPresent()) {
                throw alreadyExists(ref);
            }
            throw e;
        }
    }

    DeployedFunction updateCode(FunctionRef ref, CodeRequest request, Upload upload, Caller caller) {
        RequestChecks.update(request);
        DeployedFunction before = read(ref);
        checkRevision(before, request.revisionId());
        CodeIntake.Checked code = intake.check(upload, request.s3Bucket(), request.s3Key(), caller);
        checkCode(before.settings(), code.contents());
        checkStorage(ref.accountId(), code.size() - before.code().size());
        TierChoice tiers = choice(ref);
        Placement placement = tiers.keep(before);
        if (Boolean.TRUE.equals(request.dryRun())) {
            before.change(stored(code), placement, clock);
            return before;
        }
        intake.keep(upload, code);
        return change(ref, request.revisionId(), function -> {
            checkCode(function.settings(), code.contents());
            String replaced = function.code().sha256();
            function.change(stored(code), tiers.keep(function), clock);
            if (!replaced.equals(code.sha256())) {
                holds.hold(replaced, properties.codeKeeping().afterUse());
            }
            return true;
        });
    }

    DeployedFunction updateConfiguration(FunctionRef ref, FunctionRequest request, Caller caller) {
        RequestChecks.update(request, caller.accountId());
        DeployedFunction before = read(ref);
        @Nullable String runtime = request.runtime();
        TierChoice tiers = runtime == null ? choice(ref) : choice(ref, runtime, before.tags());
        return change(ref, request.revisionId(), function -> {
            FunctionSettings settings = merged(function.settings(), request);
            Placement placement = runtime == null ? tiers.keep(function) : tiers.place(runtime, function.tags());
            checkCode(settings, function.code().contents());
            function.change(settings, placement, clock);
            return true;
        });
    }

    /** Replaces the tags by what {@code tagging} makes of them, and moves the function where they say. */
    void retag(FunctionRef ref, Function<Map<String, String>, Map<String, String>> tagging) {
        DeployedFunction before = read(ref);
        String runtime = before.settings().runtime();
        Map<String, String> after = tagging.apply(before.tags());
        @Nullable TierChoice chosen = choosesPlacement(before.tags(), after) ? choice(ref, runtime, after) : null;
        change(ref, null, function -> {
            Map<String, String> tags = tagging.apply(function.tags());
            TagRules.checkCount(tags);
            Placement placement = chosen == null
                    ? function.placement()
                    : chosen.place(function.settings().runtime(), tags);
            return function.retag(tags, placement, clock);
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

    void delete(FunctionRef ref) {
        commits.run(() -> {
            DeployedFunction function = existing(ref);
            FunctionVersion version = function.version();
            functions.delete(function);
            functions.flush();
            holds.hold(function.code().sha256(), properties.codeKeeping().afterUse());
            publication.deleted(version);
            rules.deleted(ref.accountId(), ref.name());
        });
    }

    /** The function, tags included. */
    DeployedFunction read(FunctionRef ref) {
        return require(transactions.execute(transaction -> {
            DeployedFunction function = existing(ref);
            function.tags();
            return function;
        }));
    }

    private DeployedFunction existing(FunctionRef ref) {
        if (!ref.isLatest()) {
            throw ref.notFound(properties.region());
        }
        return functions
                .findByAccountIdAndName(ref.accountId(), ref.name())
                .orElseThrow(() -> ref.notFound(properties.region()));
    }

    /** @param change answers whether those who run the function must know */
    private DeployedFunction change(
            FunctionRef ref, @Nullable String revisionId, Function<DeployedFunction, Boolean> change) {
        return commits.commit(() -> {
            DeployedFunction function = existing(ref);
            checkRevision(function, revisionId);
            boolean publish = change.apply(function);
            DeployedFunction saved = functions.saveAndFlush(function);
            if (publish) {
                publication.changed(saved.version());
            }
            return saved;
        });
    }

    private static void checkRevision(DeployedFunction function, @Nullable String revisionId) {
        if (revisionId != null && !revisionId.equals(function.revisionId())) {
            throw LambdaError.PRECONDITION_FAILED.with(
                    "The Revision Id provided does not match the latest Revision Id. Call the"
                            + " GetFunction/GetAlias API to retrieve the latest Revision Id");
        }
    }

    private static void checkCode(FunctionSettings settings, CodeContents contents) {
        if (settings.handler() == null && !Runtimes.isWasm(settings.runtime())) {
            throw RequestChecks.runtimeAndHandler();
        }
        Runtimes.checkCode(settings.runtime(), settings.handler(), contents);
    }

    private void checkStorage(String accountId, long more) {
        long limit = properties.limits().codeStorage().toBytes();
        if (functions.codeSizeOf(accountId) + more > limit) {
            throw LambdaError.CODE_STORAGE_EXCEEDED.with("Code storage limit exceeded. The code of all functions of an"
                    + " account may be " + limit + " bytes.");
        }
    }

    private static FunctionSettings merged(FunctionSettings old, FunctionRequest request) {
        return new FunctionSettings(
                Objects.requireNonNullElse(request.runtime(), old.runtime()),
                request.handler() == null ? old.handler() : request.handler(),
                Objects.requireNonNullElse(request.role(), old.roleArn()),
                Objects.requireNonNullElse(request.description(), old.description()),
                Objects.requireNonNullElse(request.memorySize(), old.memoryMb()),
                Objects.requireNonNullElse(request.timeout(), old.timeoutSeconds()),
                storage(request, old.ephemeralStorageMb()),
                environment(request, old.environment()));
    }

    private static int storage(FunctionRequest request, int otherwise) {
        var storage = request.ephemeralStorage();
        return storage == null || storage.size() == null ? otherwise : storage.size();
    }

    private static Map<String, String> environment(FunctionRequest request, Map<String, String> otherwise) {
        var environment = request.environment();
        if (environment == null) {
            return otherwise;
        }
        return environment.variables() == null ? Map.of() : environment.variables();
    }

    private static FunctionCode stored(CodeIntake.Checked code) {
        return new FunctionCode(code.sha256(), code.size(), code.contents());
    }

    private static RuntimeException alreadyExists(FunctionRef ref) {
        return LambdaError.RESOURCE_CONFLICT.with("Function already exist: " + ref.name());
    }

    private static <T> T require(@Nullable T value) {
        return Objects.requireNonNull(value);
    }
}
