package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.RegistryUnreachableException;
import dev.mayfly.invoker.queue.EventQueue;
import java.util.concurrent.CompletableFuture;

/** Puts asynchronous invocations into the queue on behalf of event sources. Thread-safe. */
final class AsyncCalls {
    private final FunctionDirectory functions;
    private final EventQueue queue;
    private final String region;

    AsyncCalls(FunctionDirectory functions, EventQueue queue, String region) {
        this.functions = functions;
        this.queue = queue;
        this.region = region;
    }

    String region() {
        return region;
    }

    /**
     * Completes once the invocation is safe, with whether there is such a function, as far as that can be known now.
     *
     * @param requestId the same for the same event, however often it is told
     */
    CompletableFuture<Boolean> accept(String requestId, String accountId, Target target, byte[] payload) {
        try {
            return functions
                    .resolve(accountId, target.name(), target.qualifier())
                    .map(resolved -> queue.accept(
                                    requestId,
                                    resolved.function(),
                                    target.arn(region, accountId),
                                    TraceHeader.of(null),
                                    null,
                                    null,
                                    payload)
                            .thenApply(nothing -> true))
                    .orElseGet(() -> CompletableFuture.completedFuture(false));
        } catch (RegistryUnreachableException e) {
            // The queue waits for the registry, and gives the event up if there is no such function.
            return queue.accept(
                            requestId,
                            accountId,
                            target.name(),
                            target.arn(region, accountId),
                            TraceHeader.of(null),
                            null,
                            null,
                            payload)
                    .thenApply(nothing -> true);
        }
    }
}
