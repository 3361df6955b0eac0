package dev.mayfly.contracts.function;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the record of an asynchronous event goes when it has ended: destinations, and dead letters. */
public sealed interface Destination {

    /**
     * Another function, in the same installation.
     *
     * @param accountId 12 digits
     * @param qualifier a version or alias, or null
     */
    record OfFunction(
            String region,
            String accountId,
            String name,
            @Nullable String qualifier) implements Destination {}

    /** A Kafka topic of the installation's Kafka. */
    record OfTopic(String topic) implements Destination {}

    /** A bucket, where each record becomes an object. */
    record OfBucket(String bucket) implements Destination {}

    Pattern FUNCTION = Pattern.compile("arn:aws[a-zA-Z-]*:lambda:([a-z0-9-]+):(\\d{12}):function:([a-zA-Z0-9-_]{1,64})"
            + "(?::(\\$LATEST|[a-zA-Z0-9-_]{1,128}))?");
    Pattern BUCKET = Pattern.compile("arn:aws[a-zA-Z-]*:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])");
    /** {@code arn:aws:kafka:REGION:ACCOUNT:topic/CLUSTER/UUID/TOPIC}, as Amazon MSK names topics, or {@code kafka://TOPIC}. */
    Pattern TOPIC = Pattern.compile("(?:arn:aws[a-zA-Z-]*:kafka:[a-z0-9-]+:\\d{12}:topic/[^/\\s]+/[^/\\s]+/|kafka://)"
            + "([a-zA-Z0-9._-]{1,249})");

    /** What an ARN names; empty when it is none that Mayfly delivers to. */
    static Optional<Destination> parse(String arn) {
        Matcher function = FUNCTION.matcher(arn);
        if (function.matches()) {
            return Optional.of(
                    new OfFunction(function.group(1), function.group(2), function.group(3), function.group(4)));
        }
        Matcher bucket = BUCKET.matcher(arn);
        if (bucket.matches()) {
            return Optional.of(new OfBucket(bucket.group(1)));
        }
        Matcher topic = TOPIC.matcher(arn);
        boolean named = topic.matches() && !topic.group(1).matches("\\.{1,2}");
        return named ? Optional.of(new OfTopic(topic.group(1))) : Optional.empty();
    }
}
