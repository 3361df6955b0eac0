package dev.mayfly.objects.access;

import static dev.mayfly.objects.acl.BucketRules.POLICY;

import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.acl.BucketRules;
import dev.mayfly.objects.acl.PublicAccessBlock;
import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.Buckets;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.bucket.settings.SettingHandlers;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.policy.Policy;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;
import java.io.IOException;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A bucket's policy, and its block of public access. */
@Configuration(proxyBeanMethods = false)
class PolicyHandlers {
    private static final int MAX_DOCUMENT_BYTES = 4 << 10;

    /** More than a policy may have: what is too long is told apart from what is no policy. */
    private static final int MAX_POLICY_BYTES = 1 << 20;

    private final Buckets buckets;
    private final BucketSettings settings;
    private final ObjectsProperties properties;

    PolicyHandlers(Buckets buckets, BucketSettings settings, ObjectsProperties properties) {
        this.buckets = buckets;
        this.settings = settings;
        this.properties = properties;
    }

    @Bean
    Handler getBucketPolicy() {
        return Handler.of(S3Operation.GET_BUCKET_POLICY, request -> {
            Bucket bucket = buckets.open(request);
            Policy policy = settings.find(bucket, POLICY)
                    .orElseThrow(() -> new S3Exception(
                            S3Error.NO_SUCH_BUCKET_POLICY,
                            S3Error.NO_SUCH_BUCKET_POLICY.message(),
                            Map.of("BucketName", bucket.name())));
            return Answer.document("application/json", POLICY.write().apply(policy));
        });
    }

    @Bean
    Handler putBucketPolicy() {
        return Handler.of(S3Operation.PUT_BUCKET_POLICY, this::put);
    }

    private Answer put(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        Policy policy = Policy.parse(RequestBody.document(request, MAX_POLICY_BYTES), bucket.name());
        boolean blocked = settings.find(bucket, PublicAccessBlock.SETTING)
                .orElse(PublicAccessBlock.NONE)
                .blockPublicPolicy();
        if (blocked && policy.isPublic()) {
            throw new S3Exception(S3Error.ACCESS_DENIED);
        }
        settings.put(bucket, POLICY, policy);
        return Answer.empty(204);
    }

    @Bean
    Handler deleteBucketPolicy(SettingHandlers handlers) {
        return handlers.delete(S3Operation.DELETE_BUCKET_POLICY, POLICY);
    }

    @Bean
    Handler getBucketPolicyStatus() {
        return Handler.of(S3Operation.GET_BUCKET_POLICY_STATUS, request -> {
            BucketRules rules = BucketRules.of(buckets.open(request), settings, properties);
            boolean open = rules.isPolicyPublic() && !rules.block().restrictPublicBuckets()
                    || rules.hasAcls()
                            && rules.acl().opensToPublic()
                            && !rules.block().ignorePublicAcls();
            return Answer.xml(Xml.root("PolicyStatus").element("IsPublic", Boolean.toString(open)));
        });
    }

    @Bean
    Handler getPublicAccessBlock(SettingHandlers handlers) {
        return handlers.get(
                S3Operation.GET_PUBLIC_ACCESS_BLOCK, PublicAccessBlock.SETTING, S3Error.NO_SUCH_PUBLIC_ACCESS_BLOCK);
    }

    @Bean
    Handler putPublicAccessBlock(SettingHandlers handlers) {
        return handlers.put(S3Operation.PUT_PUBLIC_ACCESS_BLOCK, PublicAccessBlock.SETTING, 200, MAX_DOCUMENT_BYTES);
    }

    @Bean
    Handler deletePublicAccessBlock(SettingHandlers handlers) {
        return handlers.delete(S3Operation.DELETE_PUBLIC_ACCESS_BLOCK, PublicAccessBlock.SETTING);
    }
}
