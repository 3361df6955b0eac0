package dev.mayfly.registry.concurrency;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.hosts.HostOffers;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How far hosts are with the sandboxes that are to be kept ready, by what they report. */
@Component
class ProvisionedReadiness {
    private final RuledFunctions functions;
    private final HostOffers hosts;

    ProvisionedReadiness(RuledFunctions functions, HostOffers hosts) {
        this.functions = functions;
        this.hosts = hosts;
    }

    /**
     * As the API tells it.
     *
     * @param availableProvisionedConcurrentExecutions sandboxes that have started, whether they are busy or not; no more than
     *     requested
     * @param allocatedProvisionedConcurrentExecutions likewise, and those that are starting
     */
    record Status(
            int requestedProvisionedConcurrentExecutions,
            int availableProvisionedConcurrentExecutions,
            int allocatedProvisionedConcurrentExecutions,
            String status,
            @Nullable String statusReason,
            String lastModified) {}

    Status of(RuledFunction function, Concurrency.Provisioned wanted) {
        String version = functions.version(function.id(), wanted.qualifier()).orElse(wanted.qualifier());
        String key =
                FunctionVersion.key(function.ref().accountId(), function.ref().name(), version);
        var held = hosts.held(key);
        int available = Math.min(held.started(), wanted.executions());
        int allocated = Math.min(held.started() + held.starting(), wanted.executions());
        boolean ready = available == wanted.executions();
        return new Status(
                wanted.executions(),
                available,
                allocated,
                ready ? "READY" : "IN_PROGRESS",
                ready || hosts.heard().isPresent() ? null : "No sandbox host is running.",
                LambdaJson.time(wanted.lastModified()));
    }
}
