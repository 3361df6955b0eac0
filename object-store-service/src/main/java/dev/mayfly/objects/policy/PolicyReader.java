package dev.mayfly.objects.policy;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads a policy, and refuses what AWS refuses, in its words. */
final class PolicyReader {
    private static final String ARN = "arn:aws:s3:::";
    private static final String WITH_VARIABLES = "2012-10-17";
    private static final String WITHOUT_VARIABLES = "2008-10-17";
    private static final Set<String> FIELDS = Set.of("Version", "Id", "Statement");
    private static final Set<String> STATEMENT_FIELDS = Set.of(
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition");

    private final @Nullable String bucket;
    private boolean variables;

    /** @param bucket that resources must be of; null when that has been checked */
    PolicyReader(@Nullable String bucket) {
        this.bucket = bucket;
    }

    List<Statement> read(byte[] json) {
        if (json.length > Policy.MAX_BYTES) {
            throw new S3Exception(
                    S3Error.POLICY_TOO_LARGE,
                    "Normalized policy document exceeds the maximum allowed size of " + Policy.MAX_BYTES + " bytes.");
        }
        JsonNode root = tree(json);
        checkFields(root, FIELDS);
        JsonNode version = root.get("Version");
        variables =
                version != null && version.isString() && version.stringValue().equals(WITH_VARIABLES);
        if (version != null
                && !variables
                && !(version.isString() && version.stringValue().equals(WITHOUT_VARIABLES))) {
            throw malformed("The policy must contain a valid version string");
        }
        if (root.has("Id") && !root.get("Id").isString()) {
            throw malformed("Id must be a string");
        }
        JsonNode statement = require(root, "Statement");
        var statements = new ArrayList<Statement>();
        var sids = new HashSet<String>();
        for (JsonNode one : statement.isArray() ? List.copyOf(statement.values()) : List.of(statement)) {
            if (!one.isObject()) {
                throw malformed("Statement must be an object or a list of objects");
            }
            statements.add(statement(one, sids));
        }
        if (statements.isEmpty()) {
            throw malformed("Could not parse the policy: Statement is empty!");
        }
        return List.copyOf(statements);
    }

    private static JsonNode tree(byte[] json) {
        if (json.length == 0 || json[0] != '{') {
            throw malformed("Policies must be valid JSON and the first byte must be '{'");
        }
        try {
            return Json.mapper().readTree(json);
        } catch (JacksonException e) {
            throw malformed("This policy contains invalid Json");
        }
    }

    private Statement statement(JsonNode node, Set<String> sids) {
        checkFields(node, STATEMENT_FIELDS);
        JsonNode sid = node.get("Sid");
        if (sid != null && !sid.isString()) {
            throw malformed("Sid must be a string");
        }
        if (sid != null && !sid.stringValue().isEmpty() && !sids.add(sid.stringValue())) {
            throw malformed("Statement IDs (SID) in a single policy must be unique");
        }
        JsonNode effect = require(node, "Effect");
        boolean allow = effect.isString() && effect.stringValue().equals("Allow");
        if (!allow && !(effect.isString() && effect.stringValue().equals("Deny"))) {
            throw malformed("Invalid effect: " + (effect.isString() ? effect.stringValue() : effect.toString()));
        }
        boolean notPrincipal = isNegated(node, "Principal");
        if (allow && notPrincipal) {
            throw malformed("Allow with NotPrincipal is not allowed.");
        }
        boolean notAction = isNegated(node, "Action");
        boolean notResource = isNegated(node, "Resource");
        Principals principals = PrincipalReader.read(node.get(notPrincipal ? "NotPrincipal" : "Principal"));
        List<String> actions =
                actions(strings(node.get(notAction ? "NotAction" : "Action"), "Policy has invalid action"));
        List<String> resources =
                strings(node.get(notResource ? "NotResource" : "Resource"), "Policy has invalid resource");
        checkResources(resources);
        if (!notAction && !notResource) {
            checkActionsApply(actions, resources);
        }
        return new Statement(
                allow,
                principals,
                notPrincipal,
                actions,
                notAction,
                resources.stream().map(one -> new Template(one, variables)).toList(),
                notResource,
                ConditionReader.read(node.get("Condition"), variables));
    }

    /** Whether the field is there as {@code Not...}; one of the two must be. */
    private static boolean isNegated(JsonNode node, String name) {
        boolean negated = node.has("Not" + name);
        if (negated == node.has(name)) {
            throw malformed(
                    negated
                            ? "Statement must not hold both " + name + " and Not" + name
                            : "Missing required field " + name);
        }
        return negated;
    }

    private static List<String> actions(List<String> named) {
        var actions = new ArrayList<String>();
        for (String one : named) {
            String action = one.toLowerCase(Locale.ROOT);
            if (!S3Actions.concernsObjects(action) && !S3Actions.concernsBuckets(action)) {
                throw malformed("Policy has invalid action");
            }
            actions.add(action);
        }
        return actions;
    }

    private void checkResources(List<String> resources) {
        if (bucket == null) {
            return;
        }
        for (String one : resources) {
            String name = one.startsWith(ARN) ? one.substring(ARN.length()) : "";
            int slash = name.indexOf('/');
            String named = slash < 0 ? name : name.substring(0, slash);
            if (!one.equals("*") && (named.isEmpty() || !named.contains("${") && !Template.like(named, bucket))) {
                throw malformed("Policy has invalid resource");
            }
        }
    }

    private static void checkActionsApply(List<String> actions, List<String> resources) {
        boolean objects = resources.stream().anyMatch(one -> one.indexOf('/') >= 0 || one.endsWith("*"));
        boolean buckets = resources.stream().anyMatch(one -> one.indexOf('/') < 0);
        for (String action : actions) {
            if (!(objects && S3Actions.concernsObjects(action) || buckets && S3Actions.concernsBuckets(action))) {
                throw malformed("Action does not apply to any resource(s) in statement");
            }
        }
    }

    private static void checkFields(JsonNode node, Set<String> known) {
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw malformed("Unknown field " + name);
            }
        }
    }

    private static JsonNode require(JsonNode node, String name) {
        @Nullable JsonNode found = node.get(name);
        if (found == null || found.isNull()) {
            throw malformed("Missing required field " + name);
        }
        return found;
    }

    /** One string, or several. */
    static List<String> strings(JsonNode node, String otherwise) {
        var strings = new ArrayList<String>();
        for (JsonNode one : node.isArray() ? List.copyOf(node.values()) : List.of(node)) {
            if (!one.isString()) {
                throw malformed(otherwise);
            }
            strings.add(one.stringValue());
        }
        if (strings.isEmpty()) {
            throw malformed(otherwise);
        }
        return strings;
    }

    static S3Exception malformed(String message) {
        return new S3Exception(S3Error.MALFORMED_POLICY, message);
    }
}
