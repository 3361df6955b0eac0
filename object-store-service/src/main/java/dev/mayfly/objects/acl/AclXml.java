package dev.mayfly.objects.acl;

import static java.util.Comparator.comparing;

import dev.mayfly.objects.acl.Grant.Permission;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.ArrayList;
import java.util.List;

/** {@code <AccessControlPolicy>}. */
public final class AclXml {
    private static final int MAX_GRANTS = 100;
    private static final String ROOT = "AccessControlPolicy";

    private AclXml() {}

    /** The document that clients get, and that is stored for buckets: groups come first. */
    public static Xml write(Acl acl) {
        Xml xml = Xml.root(ROOT).owner("Owner", acl.owner()).open("AccessControlList");
        for (Grant grant : acl.grants().stream()
                .sorted(comparing(one -> one.group() == null))
                .toList()) {
            xml.open("Grant").grantee(grant.account(), grant.group());
            xml.element("Permission", grant.permission().name()).close();
        }
        return xml;
    }

    /** @throws S3Exception MalformedACLError, or what is wrong with a grantee */
    public static Acl read(XmlElement document) {
        XmlElement owner = document.only("Owner");
        XmlElement list = document.only("AccessControlList");
        String id = owner == null ? null : owner.child("ID");
        if (list == null || id == null) {
            throw new S3Exception(S3Error.MALFORMED_ACL);
        }
        List<XmlElement> named = list.children("Grant");
        if (named.size() > MAX_GRANTS) {
            throw new S3Exception(S3Error.MALFORMED_ACL);
        }
        var grants = new ArrayList<Grant>();
        for (XmlElement grant : named) {
            XmlElement grantee = grant.only("Grantee");
            String permission = grant.child("Permission");
            if (grantee == null || permission == null) {
                throw new S3Exception(S3Error.MALFORMED_ACL);
            }
            grants.add(grant(grantee, permission(permission)));
        }
        return new Acl(id, List.copyOf(grants));
    }

    /** @throws S3Exception MalformedACLError */
    static Acl parse(byte[] document) {
        try {
            return read(XmlElement.parse(document, ROOT));
        } catch (S3Exception e) {
            throw e.error() == S3Error.MALFORMED_XML ? new S3Exception(S3Error.MALFORMED_ACL) : e;
        }
    }

    private static Grant grant(XmlElement grantee, Permission permission) {
        String id = grantee.child("ID");
        if (id != null) {
            return Grantees.grant("id", id, permission);
        }
        String uri = grantee.child("URI");
        if (uri != null) {
            return Grantees.grant("uri", uri, permission);
        }
        if (grantee.child("EmailAddress") != null) {
            return Grantees.grant("emailAddress", "", permission);
        }
        throw new S3Exception(S3Error.MALFORMED_ACL);
    }

    private static Permission permission(String name) {
        try {
            return Permission.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new S3Exception(S3Error.MALFORMED_ACL);
        }
    }
}
