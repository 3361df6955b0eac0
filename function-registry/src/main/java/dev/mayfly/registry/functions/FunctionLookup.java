package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.aliases.Aliases;
import dev.mayfly.registry.lambda.FunctionRef;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Finds functions and their versions by what callers name them. */
@Component
class FunctionLookup {
    private final DeployedFunctions functions;
    private final PublishedVersions versions;
    private final Aliases aliases;
    private final TransactionTemplate transactions;
    private final String region;

    FunctionLookup(
            DeployedFunctions functions,
            PublishedVersions versions,
            Aliases aliases,
            TransactionTemplate transactions,
            RegistryProperties properties) {
        this.functions = functions;
        this.versions = versions;
        this.aliases = aliases;
        this.transactions = transactions;
        this.region = properties.region();
    }

    /** @param tags the function's, which its versions share */
    record Found(UUID functionId, FunctionSnapshot version, Map<String, String> tags) {}

    /**
     * The version that {@code ref} names by its number or an alias, or the function as it is edited.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException ResourceNotFoundException when there is none
     */
    Found find(FunctionRef ref) {
        return Objects.requireNonNull(transactions.execute(transaction -> {
            DeployedFunction function = function(ref);
            FunctionSnapshot version = version(function, ref).orElseThrow(() -> ref.notFound(region));
            return new Found(function.id(), version, function.tags());
        }));
    }

    private Optional<FunctionSnapshot> version(DeployedFunction function, FunctionRef ref) {
        String qualifier = ref.qualifier();
        if (qualifier == null || qualifier.equals(FunctionVersion.LATEST)) {
            return Optional.of(function.snapshot());
        }
        if (ref.isVersion()) {
            return ref.versionNumber().flatMap(number -> versions.find(function.id(), number));
        }
        return aliases.version(function.id(), qualifier)
                .flatMap(version -> version(function, new FunctionRef(ref.accountId(), ref.name(), version)));
    }

    /** The function with its tags, whatever version {@code ref} names. */
    DeployedFunction read(FunctionRef ref) {
        return Objects.requireNonNull(transactions.execute(transaction -> {
            DeployedFunction function = function(ref);
            function.tags();
            return function;
        }));
    }

    /** Within a transaction. */
    DeployedFunction function(FunctionRef ref) {
        return functions.findByAccountIdAndName(ref.accountId(), ref.name()).orElseThrow(() -> ref.notFound(region));
    }
}
