package dev.mayfly.observability.logs;

import dev.mayfly.contracts.events.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The members of a request of the CloudWatch Logs API, with its complaints. */
final class CloudWatchInput {
    private static final Pattern GROUP = Pattern.compile("[.\\-_/#A-Za-z0-9]{1,512}");
    private static final Pattern GROUP_PART = Pattern.compile("[.\\-_/#A-Za-z0-9]{0,512}");
    private static final Pattern STREAM = Pattern.compile("[^:*\\x00]{1,512}");
    private static final Pattern GROUP_ARN =
            Pattern.compile("arn:aws:logs:[a-z0-9-]+:([0-9]{12}):log-group:([.\\-_/#A-Za-z0-9]{1,512})(?::\\*)?");

    private final String account;
    private final JsonNode members;

    CloudWatchInput(String account, byte[] body) {
        this.account = account;
        try {
            this.members = Json.mapper().readTree(body.length == 0 ? new byte[] {'{', '}'} : body);
        } catch (JacksonException e) {
            throw new CloudWatchRefusal(400, "SerializationException", "The body is not JSON");
        }
        if (!members.isObject()) {
            throw new CloudWatchRefusal(400, "SerializationException", "The body is no JSON object");
        }
    }

    /** The log group that {@code logGroupName} or {@code logGroupIdentifier} names, one of the caller's account. */
    String group() {
        String name = text("logGroupName");
        String identifier = text("logGroupIdentifier");
        if (name == null && identifier == null) {
            throw CloudWatchRefusal.invalid("1 validation error detected: Value null at 'logGroupName' failed to"
                    + " satisfy constraint: Member must not be null");
        }
        if (name != null && identifier != null) {
            throw CloudWatchRefusal.invalid("Only one of logGroupName and logGroupIdentifier may be given");
        }
        return name == null
                ? identified("logGroupIdentifier", String.valueOf(identifier))
                : matching("logGroupName", name, GROUP);
    }

    /** The group that a name or an ARN means. */
    private String identified(String member, String value) {
        var arn = GROUP_ARN.matcher(value);
        if (!arn.matches()) {
            return matching(member, value, GROUP);
        }
        if (!arn.group(1).equals(account)) {
            throw new CloudWatchRefusal(
                    400, "AccessDeniedException", "The log group belongs to another account: " + value);
        }
        return arn.group(2);
    }

    /** The groups of {@code logGroupIdentifiers}; empty where all are meant. */
    List<String> groups() {
        return texts("logGroupIdentifiers", 50).stream()
                .map(value -> identified("logGroupIdentifiers", value))
                .toList();
    }

    /** What names of groups begin with, or an empty text. */
    String groupPrefix() {
        String value = text("logGroupNamePrefix");
        return value == null ? "" : matching("logGroupNamePrefix", value, GROUP);
    }

    /** What is in names of groups, or an empty text. */
    String groupPart() {
        String value = text("logGroupNamePattern");
        return value == null ? "" : matching("logGroupNamePattern", value, GROUP_PART);
    }

    /** The name of the group after which a list goes on, or an empty text. */
    String lastGroup() {
        String token = text("nextToken");
        if (token != null && !GROUP.matcher(token).matches()) {
            throw CloudWatchRefusal.invalid("The specified nextToken is invalid.");
        }
        return token == null ? "" : token;
    }

    String stream() {
        String value = text("logStreamName");
        if (value == null) {
            throw CloudWatchRefusal.invalid("1 validation error detected: Value null at 'logStreamName' failed to"
                    + " satisfy constraint: Member must not be null");
        }
        return matching("logStreamName", value, STREAM);
    }

    @Nullable
    String streamPrefix() {
        String value = text("logStreamNamePrefix");
        return value == null ? null : matching("logStreamNamePrefix", value, STREAM);
    }

    List<String> streams() {
        return texts("logStreamNames", 100).stream()
                .map(value -> matching("logStreamNames", value, STREAM))
                .toList();
    }

    private List<String> texts(String member, int most) {
        JsonNode node = members.path(member);
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isArray()) {
            throw wrongType(member);
        }
        if (node.isEmpty() || node.size() > most) {
            throw CloudWatchRefusal.invalid("1 validation error detected: Value at '" + member + "' failed to satisfy"
                    + " constraint: Member must have length between 1 and " + most);
        }
        var texts = new ArrayList<String>();
        for (JsonNode one : node) {
            if (!one.isString()) {
                throw wrongType(member);
            }
            texts.add(one.stringValue());
        }
        return texts;
    }

    /** One of {@code allowed}, or null when it is missing. */
    @Nullable
    String choice(String member, List<String> allowed) {
        String value = text(member);
        if (value != null && !allowed.contains(value)) {
            throw CloudWatchRefusal.invalid("1 validation error detected: Value '" + value + "' at '" + member
                    + "' failed to satisfy constraint: Member must satisfy enum value set: " + allowed);
        }
        return value;
    }

    private static String matching(String member, String value, Pattern pattern) {
        if (!pattern.matcher(value).matches()) {
            throw CloudWatchRefusal.invalid("1 validation error detected: Value '" + value + "' at '" + member
                    + "' failed to satisfy constraint: Member must satisfy regular expression pattern: " + pattern);
        }
        return value;
    }

    /** The text, or null when it is missing. */
    @Nullable
    String text(String member) {
        JsonNode node = members.path(member);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isString()) {
            throw wrongType(member);
        }
        return node.stringValue();
    }

    boolean flag(String member) {
        JsonNode node = members.path(member);
        if (node.isMissingNode() || node.isNull()) {
            return false;
        }
        if (!node.isBoolean()) {
            throw wrongType(member);
        }
        return node.booleanValue();
    }

    /** A moment in milliseconds since 1970. */
    long time(String member, long byDefault) {
        JsonNode node = members.path(member);
        if (node.isMissingNode() || node.isNull()) {
            return byDefault;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw wrongType(member);
        }
        if (node.longValue() < 0) {
            throw CloudWatchRefusal.invalid("1 validation error detected: Value '" + node.longValue() + "' at '"
                    + member + "' failed to satisfy constraint: Member must have value greater than or equal to 0");
        }
        return node.longValue();
    }

    int limit(int byDefault, int most) {
        JsonNode node = members.path("limit");
        if (node.isMissingNode() || node.isNull()) {
            return byDefault;
        }
        if (!node.isIntegralNumber()) {
            throw wrongType("limit");
        }
        if (!node.canConvertToInt() || node.intValue() < 1 || node.intValue() > most) {
            throw CloudWatchRefusal.invalid("1 validation error detected: Value '" + node + "' at 'limit' failed to"
                    + " satisfy constraint: Member must have value less than or equal to " + most
                    + " and greater than or equal to 1");
        }
        return node.intValue();
    }

    private static CloudWatchRefusal wrongType(String member) {
        return new CloudWatchRefusal(400, "SerializationException", "'" + member + "' is of the wrong type");
    }
}
