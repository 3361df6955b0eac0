package dev.mayfly.objects.post;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the signer of a form lets its sender upload.
 *
 * @param minBytes of the file
 * @param maxBytes of the file
 */
record FormPolicy(Instant expiration, List<Condition> conditions, long minBytes, long maxBytes) {
    /** Fields that no condition needs to mention. */
    private static final Set<String> FREE =
            Set.of("x-amz-signature", "file", "policy", "awsaccesskeyid", "signature", "x-amz-security-token");

    /** Policies may escape what JSON would not, e.g. a dollar sign. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .build();

    private static final String OWN_SUMS = "x-amz-checksum-";
    private static final String IGNORED = "x-ignore-";

    private record Condition(String operator, String field, String value) {
        boolean holds(String actual) {
            if (operator.equals("eq")) {
                return actual.equals(value);
            }
            return field.equals("content-type")
                    ? Arrays.stream(actual.split(",", -1))
                            .allMatch(one -> one.strip().startsWith(value))
                    : actual.startsWith(value);
        }

        /** Whether the field may hold anything, or be missing. */
        boolean isOpen() {
            return operator.equals("starts-with") && value.isEmpty();
        }

        @Override
        public String toString() {
            return "[\"" + operator + "\", \"$" + field + "\", \"" + value + "\"]";
        }
    }

    /** @throws S3Exception InvalidPolicyDocument */
    static FormPolicy read(String base64) {
        JsonNode root;
        try {
            root = MAPPER.readTree(Base64.getMimeDecoder().decode(base64));
        } catch (JacksonException | IllegalArgumentException e) {
            throw invalid("Invalid JSON.");
        }
        JsonNode expiration = root.get("expiration");
        JsonNode conditions = root.get("conditions");
        if (expiration == null || !expiration.isString()) {
            throw invalid("Policy missing expiration.");
        }
        if (conditions == null || !conditions.isArray() || conditions.isEmpty()) {
            throw invalid("Policy missing conditions.");
        }
        var read = new ArrayList<Condition>();
        long min = 0;
        long max = Long.MAX_VALUE;
        for (JsonNode one : conditions.values()) {
            if (isRange(one)) {
                min = Math.max(min, bytes(one.get(1)));
                max = Math.min(max, bytes(one.get(2)));
            } else {
                addConditions(one, read);
            }
        }
        return new FormPolicy(time(expiration.stringValue()), List.copyOf(read), min, max);
    }

    private static boolean isRange(JsonNode node) {
        return node.isArray()
                && node.size() == 3
                && node.get(0).isString()
                && node.get(0).stringValue().equalsIgnoreCase("content-length-range");
    }

    private static void addConditions(JsonNode node, List<Condition> into) {
        if (node.isObject() && !node.isEmpty()) {
            for (String name : node.propertyNames()) {
                into.add(new Condition("eq", name.toLowerCase(Locale.ROOT), text(node.get(name))));
            }
            return;
        }
        if (!node.isArray() || node.size() != 3) {
            throw invalid("Invalid Simple-Condition: wrong number of arguments.");
        }
        String operator = text(node.get(0)).toLowerCase(Locale.ROOT);
        String field = text(node.get(1));
        if (!field.startsWith("$") || !operator.equals("eq") && !operator.equals("starts-with")) {
            throw invalid("Invalid Condition: " + operator);
        }
        into.add(new Condition(operator, field.substring(1).toLowerCase(Locale.ROOT), text(node.get(2))));
    }

    private static String text(@Nullable JsonNode node) {
        if (node == null || !node.isString()) {
            throw invalid("Invalid Simple-Condition: value must be a string.");
        }
        return node.stringValue();
    }

    private static long bytes(JsonNode node) {
        try {
            long bytes = Long.parseLong(node.isString() ? node.stringValue() : node.toString());
            if (bytes >= 0) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw invalid("Invalid content-length-range.");
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw invalid("Invalid 'expiration' value: '" + text + "'");
        }
    }

    /**
     * Checks the form against it.
     *
     * @param bucket that the form is sent to
     * @throws S3Exception AccessDenied
     */
    void check(Map<String, String> fields, String bucket, Instant now) {
        if (now.isAfter(expiration)) {
            throw denied("Policy expired.");
        }
        Set<String> mentioned = new HashSet<>();
        for (Condition condition : conditions) {
            mentioned.add(condition.field());
            String actual = condition.field().equals("bucket") ? bucket : fields.get(condition.field());
            if (actual == null ? !condition.isOpen() : !condition.holds(actual)) {
                throw denied("Policy Condition failed: " + condition);
            }
        }
        for (String field : fields.keySet()) {
            String name = field.toLowerCase(Locale.ROOT);
            if (!mentioned.contains(name)
                    && !FREE.contains(name)
                    && !name.startsWith(IGNORED)
                    && !name.startsWith(OWN_SUMS)) {
                throw denied("Extra input fields: " + name);
            }
        }
    }

    private static S3Exception denied(String why) {
        return new S3Exception(S3Error.ACCESS_DENIED, "Invalid according to Policy: " + why);
    }

    private static S3Exception invalid(String why) {
        return new S3Exception(S3Error.INVALID_POLICY_DOCUMENT, "Invalid Policy: " + why);
    }
}
