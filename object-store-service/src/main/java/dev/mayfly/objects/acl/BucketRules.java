package dev.mayfly.objects.acl;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** All that a bucket's owner has laid down about access to it. */
public record BucketRules(Optional<Policy> policy, PublicAccessBlock block, Ownership ownership, Acl acl) {
    /** A bucket's policy. */
    public static final Setting<Policy> POLICY =
            new Setting<>("policy", Policy::stored, policy -> policy.source().getBytes(StandardCharsets.UTF_8));

    /** A bucket's access control list. */
    public static final Setting<Acl> ACL =
            new Setting<>("acl", AclXml::parse, acl -> AclXml.write(acl).bytes());

    /** The rules of a bucket; no query where it has none. */
    public static BucketRules of(Bucket bucket, BucketSettings settings, ObjectsProperties properties) {
        return new BucketRules(
                settings.find(bucket, POLICY),
                settings.find(bucket, PublicAccessBlock.SETTING).orElse(PublicAccessBlock.NONE),
                settings.find(bucket, Ownership.SETTING).orElse(properties.ownership()),
                settings.find(bucket, ACL).orElseGet(() -> Acl.ofOwner(bucket.accountId())));
    }

    /** Whether access control lists count. */
    public boolean hasAcls() {
        return ownership.hasAcls();
    }

    /** Whether the policy lets in people whom nobody named. */
    public boolean isPolicyPublic() {
        return policy.isPresent() && policy.get().isPublic();
    }
}
