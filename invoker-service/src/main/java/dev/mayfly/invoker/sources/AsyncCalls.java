package dev.mayfly.invoker.sources;

import dev.mayfly.contracts.function.EventSource.Target;
import dev.mayfly.contracts.function.Grants;
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
     * Whether a bucket of {@code bucketOwner} may invoke the function, as its resource policy says. The registry is asked
     * before the answer is no.
     *
     * @throws RegistryUnreachableException when it does not answer
     */
    boolean mayInvoke(String bucket, String bucketOwner, String accountId, Target target)
            throws RegistryUnreachableException {
        var principal = Grants.Principal.Service.bucket(bucket, bucketOwner);
        return Grants.allow(functions.rules(accountId, target.name()), target.qualifier(), Grants.INVOKE, principal)
                || Grants.allow(
                        functions.latestRules(accountId, target.name()), target.qualifier(), Grants.INVOKE, principal);
    }

    /**
     * Completes once the invocation is safe, with whether there is such a function, as far as that can be known now.
     *
     * @param requestId the same for the same event, however often it is told
     */
    CompletableFuture<Boolean> accept(String requestId, String accountId, Target target, byte[] payload) {
        return accept(requestId, accountId, target, TraceHeader.of(null), payload);
    }

    /** As above, within the chain of invocations that {@code trace} tells of. */
    CompletableFuture<Boolean> accept(
            String requestId, String accountId, Target target, TraceHeader trace, byte[] payload) {
        try {
            return functions
                    .resolve(accountId, target.name(), target.qualifier())
                    .map(resolved -> queue.accept(
                                    requestId,
                                    resolved.function(),
                                    target.arn(region, accountId),
                                    trace,
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
                            trace,
                            null,
                            null,
                            payload)
                    .thenApply(nothing -> true);
        }
    }
}
