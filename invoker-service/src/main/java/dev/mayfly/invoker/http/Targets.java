package dev.mayfly.invoker.http;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.Grants;
import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.traces.TraceHeader;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.invoker.functions.FunctionDirectory;
import dev.mayfly.invoker.functions.FunctionReference;
import dev.mayfly.invoker.functions.Loops;
import dev.mayfly.invoker.functions.MinimumIsolation;
import dev.mayfly.invoker.functions.RegistryUnreachableException;
import java.util.Optional;

/** Finds what a client means and may run. Thread-safe. */
final class Targets {
    private static final String INVOKE = Grants.INVOKE;

    private final String region;
    private final FunctionDirectory functions;
    private final MinimumIsolation minimums;

    Targets(String region, FunctionDirectory functions, MinimumIsolation minimums) {
        this.region = region;
        this.functions = functions;
        this.minimums = minimums;
    }

    /** @throws LambdaException when the caller may not invoke it, it does not exist, or it cannot run now */
    Target find(FunctionReference named, Voucher voucher) throws LambdaException {
        String arn = named.arn(region, voucher.accountId());
        authorize(named, voucher, arn);
        return new Target(runnable(resolve(named, voucher, arn, false)), arn);
    }

    /**
     * As {@link #find}, after what was found turned out to be gone: the version of an alias may have been deleted after the
     * alias was repointed, and both be news.
     */
    Target findAfresh(FunctionReference named, Voucher voucher) throws LambdaException {
        String arn = named.arn(region, voucher.accountId());
        return new Target(runnable(resolve(named, voucher, arn, true)), arn);
    }

    /**
     * The trace header that {@code function} gets.
     *
     * @throws LambdaException when the chain that this invocation is part of ran it as often as is allowed
     */
    TraceHeader entering(FunctionVersion function, TraceHeader sent) throws LambdaException {
        TraceHeader entered = sent.entering(function.accountId(), function.name());
        if (Loops.isOne(function, entered)
                && !functions.rules(function.accountId(), function.name()).allowsRecursion()) {
            throw new LambdaException(LambdaError.RECURSIVE_INVOCATION, Loops.REFUSAL);
        }
        return entered;
    }

    private void authorize(FunctionReference function, Voucher voucher, String arn) throws LambdaException {
        String named = function.region();
        if (named != null && !named.equals(region)) {
            throw new LambdaException(
                    LambdaError.RESOURCE_NOT_FOUND,
                    "Functions from '" + named + "' are not reachable in this region ('" + region + "')");
        }
        if (!voucher.role().mayInvoke()) {
            throw denied(voucher, arn, "the access key's role " + voucher.role() + " does not allow it");
        }
        String account = function.accountId();
        if (account != null && !account.equals(voucher.accountId()) && !isGranted(account, function, voucher)) {
            throw denied(voucher, arn, "no resource-based policy allows the lambda:InvokeFunction action");
        }
    }

    /** Asks the registry before it says no: a permission may be an instant old. */
    private boolean isGranted(String account, FunctionReference function, Voucher voucher) throws LambdaException {
        var caller = new Grants.Principal.Account(voucher.accountId());
        try {
            return Grants.allow(functions.rules(account, function.name()), function.qualifier(), INVOKE, caller)
                    || Grants.allow(
                            functions.latestRules(account, function.name()), function.qualifier(), INVOKE, caller);
        } catch (RegistryUnreachableException e) {
            throw unreachable();
        }
    }

    private static LambdaException unreachable() {
        return new LambdaException(
                LambdaError.SERVICE_UNAVAILABLE, "The function registry cannot be reached. Try again.");
    }

    private static LambdaException denied(Voucher voucher, String arn, String why) {
        return new LambdaException(
                LambdaError.ACCESS_DENIED,
                "User: arn:aws:iam::" + voucher.accountId() + ":root is not authorized to perform:"
                        + " lambda:InvokeFunction on resource: " + arn + " because " + why);
    }

    private FunctionVersion resolve(FunctionReference named, Voucher voucher, String arn, boolean afresh)
            throws LambdaException {
        String account = named.accountId() == null ? voucher.accountId() : named.accountId();
        try {
            Optional<FunctionDirectory.Resolved> resolved = afresh
                    ? functions.resolveAfresh(account, named.name(), named.qualifier())
                    : functions.resolve(account, named.name(), named.qualifier());
            return resolved.map(FunctionDirectory.Resolved::function)
                    .orElseThrow(
                            () -> new LambdaException(LambdaError.RESOURCE_NOT_FOUND, "Function not found: " + arn));
        } catch (RegistryUnreachableException e) {
            throw unreachable();
        }
    }

    private FunctionVersion runnable(FunctionVersion function) throws LambdaException {
        if (!function.state().equals("Active")) {
            String why = function.stateReason();
            throw new LambdaException(
                    LambdaError.RESOURCE_CONFLICT,
                    "The operation cannot be performed at this time. The function is currently in the following state: "
                            + function.state() + (why == null ? "" : " (" + why + ")"));
        }
        Isolation minimum = minimums.violatedBy(function).orElse(null);
        if (minimum != null) {
            throw new LambdaException(
                    LambdaError.RESOURCE_CONFLICT,
                    "The operation cannot be performed at this time. The function was deployed with isolation "
                            + function.isolation().tagValue() + ", and the minimum of account " + function.accountId()
                            + " is " + minimum.tagValue() + ". Deploy it again with the tag " + Isolation.TAG + "="
                            + Isolation.AUTO + " (any update of its code or configuration does), or have an owner"
                            + " lower the minimum.");
        }
        return function;
    }
}
