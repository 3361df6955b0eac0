package dev.mayfly.registry.layers;

import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A layer as a caller names it. */
record LayerRef(String accountId, String name) {
    private static final Pattern SHAPE = Pattern.compile(
            "(arn:[a-zA-Z0-9-]+:lambda:([a-zA-Z0-9-]+):(\\d{12}):layer:([a-zA-Z0-9-_]+))|[a-zA-Z0-9-_]+");
    private static final Pattern VERSION_ARN =
            Pattern.compile("(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+):([0-9]+)");
    private static final int LONGEST = 140;

    /** One version of a layer. */
    record Version(LayerRef layer, long number) {}

    /**
     * Reads a name or an ARN.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException when it is malformed or of another region
     */
    static LayerRef of(String text, Caller caller, String region) {
        new Constraints()
                .length("layerName", text, 1, LONGEST)
                .pattern("layerName", text, SHAPE)
                .check();
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches() || parts.group(1) == null) {
            return new LayerRef(caller.accountId(), text);
        }
        if (!parts.group(2).equals(region)) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Layers are not in the same region as the function. Layers"
                    + " are expected to be in region " + region + ".");
        }
        return new LayerRef(parts.group(3), parts.group(4));
    }

    /** As {@link #of}, with a version's number as the path has it. */
    static Version version(String text, String number, Caller caller, String region) {
        LayerRef layer = of(text, caller, region);
        if (!number.matches("-?[0-9]{1,18}")) {
            throw LambdaError.VALIDATION.with("1 validation error detected: Value '" + number
                    + "' at 'versionNumber' failed to satisfy constraint: Member must be a long");
        }
        if (Long.parseLong(number) < 1) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Layer Version Cannot be less than 1.");
        }
        return new Version(layer, Long.parseLong(number));
    }

    /** Reads a layer version's ARN. */
    static Version version(String arn, Caller caller, String region) {
        new Constraints()
                .length("arn", arn, 1, LONGEST)
                .pattern("arn", arn, VERSION_ARN)
                .check();
        Matcher parts = VERSION_ARN.matcher(arn);
        if (!parts.matches()) {
            throw new IllegalStateException("checked above");
        }
        return version(parts.group(1), parts.group(2), caller, region);
    }
}
