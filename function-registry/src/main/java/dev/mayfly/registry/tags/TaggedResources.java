package dev.mayfly.registry.tags;

import java.util.Map;
import java.util.function.UnaryOperator;

/** One kind of what can carry tags. Every bean of this type is found by TagResource, UntagResource and ListTags. */
public interface TaggedResources {

    /** The part of the ARN before the identifier: {@code function}, {@code event-source-mapping}. */
    String kind();

    /**
     * The tags of one.
     *
     * @param accountId the caller's account, which is the ARN's too
     * @param id what stands after the kind in the ARN
     * @throws dev.mayfly.registry.lambda.LambdaException ResourceNotFoundException when there is none
     */
    Map<String, String> tags(String accountId, String id);

    /**
     * Replaces its tags by what {@code tagging} makes of them, of which there may be up to 50.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException ResourceNotFoundException when there is none
     */
    void retag(String accountId, String id, UnaryOperator<Map<String, String>> tagging);
}
