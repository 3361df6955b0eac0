package dev.mayfly.objects.acl;

import dev.mayfly.objects.acl.Grant.Permission;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.policy.Requester;
import dev.mayfly.objects.protocol.S3Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who owns a bucket or an object, and what others may do with it.
 *
 * @param owner account id
 */
public record Acl(String owner, List<Grant> grants) {
    private static final String CANNED = "x-amz-acl";
    private static final String GRANT = "x-amz-grant-";
    private static final Pattern GRANTEE = Pattern.compile("\\s*(id|uri|emailAddress)\\s*=\\s*\"?([^\",]*)\"?\\s*");

    /** The list of what its owner alone may use. */
    public static Acl ofOwner(String account) {
        return new Acl(account, List.of(Grant.toAccount(account, Permission.FULL_CONTROL)));
    }

    /** Whether it says no more than that its owner may do everything. */
    public boolean ownerOnly() {
        return equals(ofOwner(owner));
    }

    /** Whether it lets in people whom nobody named. */
    public boolean opensToPublic() {
        return grants.stream().anyMatch(Grant::reachesThePublic);
    }

    /** @param ignorePublic whether grants to everybody count for nothing */
    public boolean permits(Requester requester, Permission permission, boolean ignorePublic) {
        return grants.stream()
                .anyMatch(grant -> (grant.permission() == permission || grant.permission() == Permission.FULL_CONTROL)
                        && !(ignorePublic && grant.reachesThePublic())
                        && grant.reaches(requester));
    }

    /** Whether the request's headers say anything about grants. */
    public static boolean isNamed(S3Request request) {
        return request.header(CANNED) != null
                || request.headerNames().stream()
                        .anyMatch(name -> name.toLowerCase(Locale.ROOT).startsWith(GRANT));
    }

    /**
     * What the request's headers ask for, or null when they ask for nothing.
     *
     * @param owner of what is written
     * @throws S3Exception InvalidArgument, InvalidRequest
     */
    public static @Nullable Acl ofHeaders(S3Request request, String owner, String bucketOwner) {
        String canned = request.header(CANNED);
        var grants = new ArrayList<Grant>();
        for (Permission permission : Permission.values()) {
            String name = GRANT + permission.name().toLowerCase(Locale.ROOT).replace('_', '-');
            String header = request.header(name);
            if (header != null) {
                readGrants(name, header, permission, grants);
            }
        }
        if (canned == null) {
            return grants.isEmpty() ? null : new Acl(owner, List.copyOf(grants));
        }
        if (!grants.isEmpty()) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST, "Specifying both Canned ACLs and Header Grants is not allowed");
        }
        return canned(canned, owner, bucketOwner);
    }

    private static void readGrants(String name, String header, Permission permission, List<Grant> into) {
        for (String one : header.split(",")) {
            Matcher grantee = GRANTEE.matcher(one);
            if (!grantee.matches()) {
                throw S3Exception.invalidArgument(name, header, "Argument format not recognized");
            }
            into.add(Grantees.grant(grantee.group(1), grantee.group(2), permission));
        }
    }

    /** @throws S3Exception InvalidArgument when there is no such canned list */
    static Acl canned(String name, String owner, String bucketOwner) {
        var grants = new ArrayList<Grant>();
        grants.add(Grant.toAccount(owner, Permission.FULL_CONTROL));
        switch (name) {
            case "private", "aws-exec-read" -> {}
            case "public-read" -> grants.add(Grant.toGroup(Grant.ALL_USERS, Permission.READ));
            case "public-read-write" -> {
                grants.add(Grant.toGroup(Grant.ALL_USERS, Permission.READ));
                grants.add(Grant.toGroup(Grant.ALL_USERS, Permission.WRITE));
            }
            case "authenticated-read" -> grants.add(Grant.toGroup(Grant.AUTHENTICATED_USERS, Permission.READ));
            case "bucket-owner-read" -> addUnlessOwner(grants, owner, bucketOwner, Permission.READ);
            case "bucket-owner-full-control" -> addUnlessOwner(grants, owner, bucketOwner, Permission.FULL_CONTROL);
            case "log-delivery-write" -> {
                grants.add(Grant.toGroup(Grant.LOG_DELIVERY, Permission.WRITE));
                grants.add(Grant.toGroup(Grant.LOG_DELIVERY, Permission.READ_ACP));
            }
            default -> throw S3Exception.invalidArgument(CANNED, name, "Invalid argument");
        }
        return new Acl(owner, List.copyOf(grants));
    }

    private static void addUnlessOwner(List<Grant> grants, String owner, String other, Permission permission) {
        if (!other.equals(owner)) {
            grants.add(Grant.toAccount(other, permission));
        }
    }
}
