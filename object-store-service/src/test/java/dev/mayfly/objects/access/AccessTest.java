package dev.mayfly.objects.access;

import static dev.mayfly.objects.testing.RunningStore.ALICE;
import static dev.mayfly.objects.testing.RunningStore.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.objects.testing.RunningStore;
import org.junit.jupiter.api.Test;

class AccessTest {
    private final RunningStore store = RunningStore.get();

    /** Statements: effect, principal, actions, resource after the bucket, condition. */
    private static String statement(String effect, String principal, String action, String resource, String condition) {
        return "{'Effect':'" + effect + "','Principal':" + principal + ",'Action':" + action
                + ",'Resource':'arn:aws:s3:::" + resource + "'"
                + (condition.isEmpty() ? "" : ",'Condition':" + condition) + "}";
    }

    private void policy(String bucket, String... statements) {
        String json = "{'Version':'2012-10-17','Statement':[" + String.join(",", statements) + "]}";
        store.put("/" + bucket + "?policy", json.replace('\'', '"')).send().expect(204);
    }

    @Test
    void aPolicyLetsOthersIn() {
        String bucket = store.bucket(ALICE);
        String key = "/" + bucket + "/pub/k";
        store.put(key, "x").send().expect(200);
        store.get("/" + bucket + "?policy").send().expect(404, "NoSuchBucketPolicy");
        store.get(key).asNobody().send().expect(403, "AccessDenied");
        policy(
                bucket,
                statement("Allow", "'*'", "'s3:GetObject'", bucket + "/pub/*", ""),
                statement(
                        "Allow", "{'AWS':'" + BOB + "'}", "['s3:PutObject','s3:DeleteObject']", bucket + "/in/*", ""));
        assertThat(store.get(key).asNobody().send().expect(200).text()).isEqualTo("x");
        store.get(key).as(BOB).send().expect(200);
        store.get("/" + bucket + "/pub/none").asNobody().send().expect(403, "AccessDenied");
        store.get("/" + bucket + "/pub/none").send().expect(404, "NoSuchKey");
        store.get("/" + bucket).asNobody().send().expect(403, "AccessDenied");
        store.put(key, "y").asNobody().send().expect(403, "AccessDenied");
        store.put(key, "y").as(BOB).send().expect(403, "AccessDenied");
        store.put("/" + bucket + "/in/k", "b").as(BOB).send().expect(200);
        store.put("/" + bucket + "/in/k", "b").as(BOB, Role.INVOKER).send().expect(403, "AccessDenied");
        store.call("POST", "/" + bucket + "?delete")
                .as(BOB)
                .header("content-md5", md5(deletion("in/k", "pub/k")))
                .body(deletion("in/k", "pub/k"))
                .send()
                .expect(200);
        store.get("/" + bucket + "/in/k").send().expect(404, "NoSuchKey");
        store.get(key).send().expect(200);
        store.put("/" + bucket + "/in/copy", "")
                .header("x-amz-copy-source", key)
                .as(BOB)
                .send()
                .expect(200);
        String own = store.bucket(BOB);
        store.put("/" + own + "/k", "")
                .as(BOB)
                .header("x-amz-copy-source", "/" + bucket + "/in/copy")
                .send()
                .expect(403, "AccessDenied");
        assertThat(store.get("/" + bucket + "?policyStatus").send().element("IsPublic"))
                .isEqualTo("true");
        store.get("/" + bucket + "?policy").as(BOB).send().expect(403, "AccessDenied");
        store.call("DELETE", "/" + bucket + "?policy").send().expect(204);
        store.get(key).asNobody().send().expect(403, "AccessDenied");
        store.get("/").asNobody().send().expect(403, "AccessDenied");
        store.put("/new-" + bucket, "").asNobody().send().expect(403, "AccessDenied");
    }

    private static String deletion(String... keys) {
        var xml = new StringBuilder("<Delete>");
        for (String key : keys) {
            xml.append("<Object><Key>").append(key).append("</Key></Object>");
        }
        return xml.append("</Delete>").toString();
    }

    private static String md5(String text) {
        try {
            return java.util.Base64.getEncoder()
                    .encodeToString(java.security.MessageDigest.getInstance("MD5")
                            .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void denyBindsTheOwnerToo() {
        String bucket = store.bucket(ALICE);
        store.put("/" + bucket + "/k", "x").send().expect(200);
        policy(
                bucket,
                statement(
                        "Deny",
                        "'*'",
                        "['s3:GetObject','s3:PutBucketPolicy','s3:DeleteBucketPolicy']",
                        bucket + "*",
                        ""),
                statement("Allow", "'*'", "'s3:GetObject'", bucket + "/*", ""));
        store.get("/" + bucket + "/k").send().expect(403, "AccessDenied");
        store.call("DELETE", "/" + bucket + "?policy")
                .as(ALICE, Role.DEPLOYER)
                .send()
                .expect(403, "AccessDenied");
        store.call("DELETE", "/" + bucket + "?policy").send().expect(204);
        store.get("/" + bucket + "/k").send().expect(200);
    }

    @Test
    void conditionsSeeTheRequest() {
        String bucket = store.bucket(ALICE);
        String key = "/" + bucket + "/k";
        store.put(key, "x").send().expect(200);
        policy(
                bucket,
                statement(
                        "Allow", "'*'", "'s3:GetObject'", bucket + "/*", "{'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}}"),
                statement(
                        "Allow",
                        "'*'",
                        "'s3:ListBucket'",
                        bucket,
                        "{'StringLike':{'s3:prefix':'pub/*'},'NumericLessThanEquals':{'s3:max-keys':5}}"),
                statement(
                        "Deny",
                        "'*'",
                        "'s3:PutObject'",
                        bucket + "/*",
                        "{'StringEquals':{'s3:authType':'REST-QUERY-STRING'}}"),
                statement(
                        "Allow",
                        "{'AWS':'" + BOB + "'}",
                        "'s3:PutObject'",
                        bucket + "/${aws:PrincipalAccount}/*",
                        "{'Null':{'s3:x-amz-copy-source':'true'}}"));
        store.get(key)
                .asNobody()
                .header("X-Mayfly-Source-Ip", "10.1.2.3")
                .send()
                .expect(200);
        store.get(key)
                .asNobody()
                .header("X-Mayfly-Source-Ip", "11.1.2.3")
                .send()
                .expect(403, "AccessDenied");
        store.get("/" + bucket + "?prefix=pub/&max-keys=5").asNobody().send().expect(200);
        store.get("/" + bucket + "?prefix=pub/").asNobody().send().expect(403, "AccessDenied");
        store.get("/" + bucket + "?prefix=priv/&max-keys=5").asNobody().send().expect(403, "AccessDenied");
        store.put(key + "?X-Amz-Signature=0", "x").send().expect(403, "AccessDenied");
        store.put("/" + bucket + "/" + BOB + "/k", "x").as(BOB).send().expect(200);
        store.put("/" + bucket + "/" + ALICE + "/k", "x").as(BOB).send().expect(403, "AccessDenied");
    }

    @Test
    void blocksOfPublicAccessHold() {
        String bucket = store.bucket(ALICE);
        String key = "/" + bucket + "/k";
        String block = "/" + bucket + "?publicAccessBlock";
        store.put(key, "x").send().expect(200);
        store.get(block).send().expect(404, "NoSuchPublicAccessBlockConfiguration");
        policy(
                bucket,
                statement("Allow", "'*'", "'s3:GetObject'", bucket + "/*", ""),
                statement("Allow", "{'AWS':'" + BOB + "'}", "'s3:ListBucket'", bucket, ""));
        store.put(
                        block,
                        "<PublicAccessBlockConfiguration><BlockPublicPolicy>true</BlockPublicPolicy>"
                                + "<RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>")
                .send()
                .expect(200);
        assertThat(store.get(block).send().expect(200).element("RestrictPublicBuckets"))
                .isEqualTo("true");
        store.get(key).asNobody().send().expect(403, "AccessDenied");
        store.get("/" + bucket).as(BOB).send().expect(403, "AccessDenied");
        store.get(key).send().expect(200);
        store.put(
                        "/" + bucket + "?policy",
                        ("{'Statement':" + statement("Allow", "'*'", "'s3:GetObject'", bucket + "/*", "") + "}")
                                .replace('\'', '"'))
                .send()
                .expect(403, "AccessDenied");
        policy(bucket, statement("Allow", "{'AWS':'" + BOB + "'}", "'s3:ListBucket'", bucket, ""));
        store.get("/" + bucket).as(BOB).send().expect(200);
        store.put(
                        block,
                        "<PublicAccessBlockConfiguration><BlockPublicAcls>maybe</BlockPublicAcls></PublicAccessBlockConfiguration>")
                .send()
                .expect(400, "MalformedXML");
        store.call("DELETE", block).send().expect(204);
        store.get(block).send().expect(404, "NoSuchPublicAccessBlockConfiguration");
    }

    /** A function's credentials are its account's, and no more: whatever it names, it gets what the account may have. */
    @Test
    void functionsStayInTheirAccount() {
        String bucket = store.bucket(ALICE);
        String key = "/" + bucket + "/k";
        String arn = "arn:aws:lambda:us-east-1:" + BOB + ":function:thief";
        store.put(key, "x").send().expect(200);
        store.get(key).asFunction(BOB, arn).send().expect(403, "AccessDenied");
        store.put(key, "y").asFunction(BOB, arn).send().expect(403, "AccessDenied");
        store.get("/" + bucket).asFunction(BOB, arn).send().expect(403, "AccessDenied");
        store.call("DELETE", "/" + bucket).asFunction(BOB, arn).send().expect(403, "AccessDenied");
        store.get(key)
                .asFunction(BOB, arn)
                .header("x-amz-expected-bucket-owner", ALICE)
                .header("x-amz-security-token", "forged")
                .send()
                .expect(403, "AccessDenied");
        String own = store.bucket(BOB);
        store.put("/" + own + "/k", "")
                .asFunction(BOB, arn)
                .header("x-amz-copy-source", key)
                .send()
                .expect(403, "AccessDenied");
        store.put("/" + bucket + "?policy", "{}").asFunction(BOB, arn).send().expect(403, "AccessDenied");
        policy(
                bucket,
                statement(
                        "Allow",
                        "{'AWS':'arn:aws:iam::" + BOB + ":role/mayfly-function'}",
                        "'s3:GetObject'",
                        bucket + "/*",
                        ""));
        store.get(key).asFunction(BOB, arn).send().expect(200);
        store.get(key).as(BOB).send().expect(403, "AccessDenied");
        assertThat(store.get(key).send().text()).isEqualTo("x");
    }

    @Test
    void listsWorkWhereTheOwnerSwitchedThemOn() {
        String bucket = store.bucket(ALICE);
        String key = "/" + bucket + "/k";
        String controls = "/" + bucket + "?ownershipControls";
        store.put(key, "x").header("x-amz-acl", "public-read").send().expect(400, "AccessControlListNotSupported");
        store.put("/" + bucket + "?acl", "")
                .header("x-amz-acl", "public-read")
                .send()
                .expect(400, "AccessControlListNotSupported");
        store.get(controls).send().expect(404, "OwnershipControlsNotFoundError");
        store.put(
                        controls,
                        "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>")
                .send()
                .expect(200);
        store.put(key, "x").header("x-amz-acl", "public-read").send().expect(200);
        assertThat(store.get(key).asNobody().send().expect(200).text()).isEqualTo("x");
        store.get(key + "?acl").asNobody().send().expect(403, "AccessDenied");
        store.get("/" + bucket).asNobody().send().expect(403, "AccessDenied");
        store.put("/" + bucket + "?acl", "")
                .header("x-amz-acl", "public-read-write")
                .send()
                .expect(200);
        store.get("/" + bucket).asNobody().send().expect(200);
        store.put("/" + bucket + "/anon", "a").asNobody().send().expect(200);
        store.put("/" + bucket + "/bobs", "b").as(BOB).send().expect(200);
        store.get("/" + bucket + "/bobs").as(BOB).send().expect(200);
        store.get("/" + bucket + "/bobs").send().expect(403, "AccessDenied");
        assertThat(store.get("/" + bucket + "/bobs?acl")
                        .as(BOB)
                        .send()
                        .expect(200)
                        .element("ID"))
                .isEqualTo(BOB);
        store.put("/" + bucket + "/bobs?acl", "")
                .as(BOB)
                .header("x-amz-acl", "bucket-owner-full-control")
                .send()
                .expect(200);
        store.get("/" + bucket + "/bobs").send().expect(200);
        store.put(key + "?acl", "")
                .header("x-amz-grant-read", "id=\"" + BOB + "\"")
                .send()
                .expect(200);
        store.get(key).asNobody().send().expect(403, "AccessDenied");
        store.get(key).as(BOB).send().expect(200);
        store.put(key + "?acl", "").header("x-amz-grant-read", "id=bob").send().expect(400, "InvalidArgument");
        store.put(key + "?acl", "")
                .header("x-amz-grant-read", "emailAddress=b@c.d")
                .send()
                .expect(400, "UnresolvableGrantByEmailAddress");
        store.put(key + "?acl", "<AccessControlPolicy/>").send().expect(400, "MalformedACLError");
        store.put(key + "?acl", "").header("x-amz-acl", "nonsense").send().expect(400, "InvalidArgument");
        store.put(
                        controls,
                        "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>")
                .send()
                .expect(400, "InvalidBucketAclWithObjectOwnership");
        store.put(
                        "/" + bucket + "?publicAccessBlock",
                        "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>")
                .send()
                .expect(200);
        store.get("/" + bucket).asNobody().send().expect(403, "AccessDenied");
        store.put(key, "x").header("x-amz-acl", "public-read").send().expect(403, "AccessDenied");
        store.put("/" + bucket + "?acl", "")
                .header("x-amz-acl", "private")
                .send()
                .expect(200);
        store.put(
                        controls,
                        "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>")
                .send()
                .expect(200);
        store.get("/" + bucket + "/bobs").as(BOB).send().expect(403, "AccessDenied");
        store.get("/" + bucket + "/bobs").send().expect(200);
    }
}
