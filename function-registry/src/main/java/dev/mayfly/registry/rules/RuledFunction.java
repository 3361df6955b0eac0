package dev.mayfly.registry.rules;

import dev.mayfly.registry.lambda.FunctionRef;
import java.util.Objects;
import java.util.UUID;

/** A function, a version or an alias that exists, and that something is said about. */
public record RuledFunction(UUID id, FunctionRef ref) {

    /** As the tables have it: a version, an alias or the empty text for the function without a qualifier. */
    public String qualifier() {
        return ref.isLatest() ? "" : Objects.requireNonNull(ref.qualifier());
    }

    /** The ARN, with {@code $LATEST} where no qualifier was said. */
    public String qualifiedArn(String region) {
        return arnOf(region, ref.isLatest() ? "$LATEST" : qualifier());
    }

    /** The ARN, without a qualifier where none was said. */
    public String arn(String region) {
        return ref.isLatest() ? plainArn(region) : arnOf(region, qualifier());
    }

    /** The ARN with another qualifier, or with none when that is the empty text. */
    public String arnOf(String region, String qualifier) {
        return qualifier.isEmpty() ? plainArn(region) : plainArn(region) + ":" + qualifier;
    }

    private String plainArn(String region) {
        return new FunctionRef(ref.accountId(), ref.name(), null).arn(region);
    }
}
