package dev.mayfly.objects.policy;

import java.util.List;
import java.util.Set;

/**
 * One statement of a policy.
 *
 * @param notPrincipals whether it is about all but these
 * @param actions in lower case, with wildcards
 * @param notActions whether it is about all but these
 * @param notResources whether it is about all but these
 */
record Statement(
        boolean allow,
        Principals principals,
        boolean notPrincipals,
        List<String> actions,
        boolean notActions,
        List<Template> resources,
        boolean notResources,
        List<Condition> conditions) {

    /** Keys by which a condition ties a statement to somebody known. */
    private static final Set<String> IDENTIFYING = Set.of(
            "aws:principalaccount",
            "aws:principalarn",
            "aws:principalorgid",
            "aws:sourceaccount",
            "aws:sourcearn",
            "aws:sourceowner",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:userid",
            "aws:username",
            "s3:dataaccesspointaccount",
            "s3:dataaccesspointarn");

    Principals.Match match(Requester requester, String action, String resource, PolicyContext context) {
        Principals.Match who = principals.match(requester);
        if (notPrincipals) {
            who = who == Principals.Match.NONE ? Principals.Match.CALLER : Principals.Match.NONE;
        }
        boolean applies = who != Principals.Match.NONE
                && notActions != actions.stream().anyMatch(pattern -> Template.like(pattern, action))
                && notResources != resources.stream().anyMatch(pattern -> pattern.like(resource, context))
                && conditions.stream().allMatch(condition -> condition.holds(context));
        return applies ? who : Principals.Match.NONE;
    }

    /** Whether it opens the bucket to whoever comes. */
    boolean isPublic() {
        return allow && principals.everybody() && conditions.stream().noneMatch(Statement::identifies);
    }

    private static boolean identifies(Condition condition) {
        if (condition.ifExists() || condition.quantifier() == Condition.Quantifier.ALL) {
            return false;
        }
        return switch (condition.operator()) {
            case IP_ADDRESS ->
                condition.key().equals("aws:sourceip")
                        && condition.values().stream()
                                .map(value -> AddressRange.parse(value.source()))
                                .noneMatch(range -> range == null || range.isBroad());
            case STRING_EQUALS, STRING_EQUALS_IGNORE_CASE ->
                IDENTIFYING.contains(condition.key())
                        && condition.values().stream().noneMatch(Template::hasVariables);
            case STRING_LIKE, ARN_EQUALS, ARN_LIKE ->
                IDENTIFYING.contains(condition.key())
                        && condition.values().stream().noneMatch(value -> value.hasWildcards() || value.hasVariables());
            default -> false;
        };
    }
}
