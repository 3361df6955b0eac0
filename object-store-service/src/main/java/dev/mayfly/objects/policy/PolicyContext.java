package dev.mayfly.objects.policy;

import java.util.List;

/** What a request says of itself under IAM's condition keys. */
@FunctionalInterface
public interface PolicyContext {
    /**
     * The values of a key.
     *
     * @param key in lower case, e.g. {@code aws:sourceip}
     * @return empty when the request has no such key
     */
    List<String> values(String key);
}
