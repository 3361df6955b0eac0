package dev.mayfly.registry.concurrency;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.aliases.Aliases;
import dev.mayfly.registry.hosts.HostOffers;
import dev.mayfly.registry.lambda.LambdaJson;
import dev.mayfly.registry.rules.RuledFunction;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How far hosts are with the sandboxes that are to be kept ready, by what they report. */
@Component
class ProvisionedReadiness {
    private final Aliases aliases;
    private final HostOffers hosts;

    ProvisionedReadiness(Aliases aliases, HostOffers hosts) {
        this.aliases = aliases;
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
        int available = 0;
        int allocated = 0;
        @Nullable String failure = hosts.heard().isPresent() ? null : "No sandbox host is running.";
        boolean failed = false;
        for (var part : parts(function, wanted).entrySet()) {
            var held = hosts.held(FunctionVersion.key(
                    function.ref().accountId(), function.ref().name(), part.getKey()));
            available += Math.min(held.started(), part.getValue());
            allocated += Math.min(held.started() + held.starting(), part.getValue());
            if (held.failure() != null) {
                failed = true;
                failure = held.failure();
            }
        }
        boolean ready = available == wanted.executions();
        return new Status(
                wanted.executions(),
                available,
                allocated,
                ready ? "READY" : failed ? "FAILED" : "IN_PROGRESS",
                ready ? null : failure,
                LambdaJson.time(wanted.lastModified()));
    }

    /** How many of which version: an alias's weights divide them as they divide its invocations. */
    private Map<String, Integer> parts(RuledFunction function, Concurrency.Provisioned wanted) {
        return aliases.of(function.id()).stream()
                .filter(alias -> alias.name().equals(wanted.qualifier()))
                .findFirst()
                .map(alias -> alias.divide(wanted.executions()))
                .orElseGet(() -> Map.of(wanted.qualifier(), wanted.executions()));
    }
}
