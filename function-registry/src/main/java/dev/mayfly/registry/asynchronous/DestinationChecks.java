package dev.mayfly.registry.asynchronous;

import dev.mayfly.contracts.function.Destination;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import dev.mayfly.registry.rules.RuledFunction;
import dev.mayfly.registry.rules.RuledFunctions;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Whether records of events can be delivered where a configuration says. */
@Component
class DestinationChecks {
    private static final Pattern ARN =
            Pattern.compile("$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):"
                    + "([a-zA-Z0-9\\-])+:([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)");

    private final RuledFunctions functions;
    private final String region;

    DestinationChecks(RuledFunctions functions, RegistryProperties properties) {
        this.functions = functions;
        this.region = properties.region();
    }

    static Constraints form(Constraints constraints, EventInvokeRequest request) {
        return constraints
                .length("destinationConfig.onSuccess.destination", request.onSuccess(), 0, 350)
                .pattern("destinationConfig.onSuccess.destination", request.onSuccess(), ARN)
                .length("destinationConfig.onFailure.destination", request.onFailure(), 0, 350)
                .pattern("destinationConfig.onFailure.destination", request.onFailure(), ARN);
    }

    /** @throws LambdaException InvalidParameterValueException when it is none, or names a function that does not exist */
    void check(RuledFunction of, @Nullable String destination) {
        if (destination == null || destination.isEmpty()) {
            return;
        }
        Destination parsed = Destination.parse(destination).orElseThrow(() -> invalid(destination));
        if (parsed instanceof Destination.OfFunction function) {
            checkFunction(of, function, destination);
        }
    }

    private void checkFunction(RuledFunction of, Destination.OfFunction function, String arn) {
        if (!function.region().equals(region)) {
            throw invalid(arn);
        }
        if (!function.accountId().equals(of.ref().accountId())) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The destination ARN " + arn + " is invalid: a function must be of the same account.");
        }
        if (function.name().equals(of.ref().name())) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "You can't specify the function as a destination for itself.");
        }
        try {
            functions.existing(new FunctionRef(function.accountId(), function.name(), function.qualifier()));
        } catch (LambdaException e) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The destination ARN " + arn + " is invalid: " + e.getMessage());
        }
    }

    private static LambdaException invalid(String arn) {
        return LambdaError.INVALID_PARAMETER_VALUE.with("The destination ARN " + arn + " is invalid. Mayfly delivers to"
                + " functions (arn:aws:lambda:REGION:ACCOUNT:function:NAME), buckets (arn:aws:s3:::BUCKET) and Kafka topics"
                + " (kafka://TOPIC).");
    }
}
