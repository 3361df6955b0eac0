package dev.mayfly.objects.policy;

import dev.mayfly.objects.error.S3Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Reads whom a statement is about. */
final class PrincipalReader {
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern ARN = Pattern.compile(
            "arn:aws:(?:iam|sts)::([\\w+=,.@-]*):(root|(?:user|role|assumed-role|federated-user)/[\\w+=,.@/:-]+)");
    private static final Pattern SERVICE = Pattern.compile("[a-z0-9.-]+\\.(?:amazonaws\\.com|[a-z.]+)");

    private PrincipalReader() {}

    static Principals read(JsonNode node) {
        if (node.isString() && node.stringValue().equals("*")) {
            return new Principals(true, List.of(), List.of());
        }
        if (!node.isObject() || node.isEmpty()) {
            throw invalid();
        }
        boolean everybody = false;
        var accounts = new ArrayList<String>();
        var arns = new ArrayList<String>();
        for (String kind : node.propertyNames()) {
            for (String name : PolicyReader.strings(node.get(kind), "Invalid principal in policy")) {
                switch (kind) {
                    case "AWS" -> {
                        if (name.equals("*")) {
                            everybody = true;
                        } else {
                            readAws(name, accounts, arns);
                        }
                    }
                    // The canonical user of an account is called like the account here.
                    case "CanonicalUser" -> {
                        if (!ACCOUNT.matcher(name).matches()) {
                            throw invalid();
                        }
                        accounts.add(name);
                    }
                    case "Service" -> {
                        if (!SERVICE.matcher(name).matches()) {
                            throw invalid();
                        }
                        arns.add(name);
                    }
                    case "Federated" -> arns.add(name);
                    default -> throw invalid();
                }
            }
        }
        return new Principals(everybody, List.copyOf(accounts), List.copyOf(arns));
    }

    private static void readAws(String name, List<String> accounts, List<String> arns) {
        if (ACCOUNT.matcher(name).matches()) {
            accounts.add(name);
            return;
        }
        Matcher arn = ARN.matcher(name);
        if (!arn.matches()) {
            throw invalid();
        }
        if (arn.group(2).equals("root")) {
            accounts.add(arn.group(1));
        } else {
            arns.add(name);
        }
    }

    private static S3Exception invalid() {
        return PolicyReader.malformed("Invalid principal in policy");
    }
}
