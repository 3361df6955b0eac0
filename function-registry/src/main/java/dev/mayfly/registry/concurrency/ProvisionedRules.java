package dev.mayfly.registry.concurrency;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** What may be provisioned, beside what is already. */
@Component
class ProvisionedRules {
    private final RuledFunctions functions;
    private final Concurrency concurrency;
    private final RegistryProperties.Concurrency limits;

    ProvisionedRules(RuledFunctions functions, Concurrency concurrency, RegistryProperties properties) {
        this.functions = functions;
        this.concurrency = concurrency;
        this.limits = properties.concurrency();
    }

    /**
     * Whether a function's qualifier may have that many.
     *
     * @throws LambdaException as AWS documents it
     */
    void check(RuledFunction function, int executions) {
        List<Concurrency.Provisioned> others = concurrency.provisioned(function.id()).stream()
                .filter(one -> !one.qualifier().equals(function.qualifier()))
                .toList();
        checkVersion(
                function,
                others.stream().map(Concurrency.Provisioned::qualifier).toList());
        long all = executions
                + others.stream().mapToLong(Concurrency.Provisioned::executions).sum();
        var reserved = concurrency.reserved(function.id());
        if (reserved.isPresent() && all > reserved.get()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Requested Provisioned Concurrency should not be greater than"
                            + " the reservedConcurrentExecution for function");
        }
        long taken = concurrency.takenByOthers(function.ref().accountId(), function.id());
        if (reserved.isEmpty() && limits.account() - taken - all < limits.unreserved()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Specified ConcurrentExecutions for function decreases account's"
                            + " UnreservedConcurrentExecution below its minimum value of [" + limits.unreserved()
                            + "].");
        }
    }

    private void checkVersion(RuledFunction function, List<String> provisioned) {
        UUID id = function.id();
        String qualifier = function.qualifier();
        if (qualifier.isEmpty()) {
            throw unpublished();
        }
        if (RuledFunctions.isNumber(qualifier)) {
            if (concurrency.aliasesOf(id, qualifier).stream().anyMatch(provisioned::contains)) {
                throw LambdaError.RESOURCE_CONFLICT.with("Version is pointed by a Provisioned Concurrency alias");
            }
            return;
        }
        String version = functions.version(id, qualifier).orElseThrow(ProvisionedRules::unpublished);
        if (version.equals(FunctionVersion.LATEST)) {
            throw unpublished();
        }
        if (provisioned.stream()
                .anyMatch(one -> RuledFunctions.isNumber(one)
                        && concurrency.aliasesOf(id, one).contains(qualifier))) {
            throw LambdaError.RESOURCE_CONFLICT.with(
                    "Alias can't be used for Provisioned Concurrency configuration on an"
                            + " already Provisioned version");
        }
    }

    private static LambdaException unpublished() {
        return LambdaError.INVALID_PARAMETER_VALUE.with(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
    }
}
