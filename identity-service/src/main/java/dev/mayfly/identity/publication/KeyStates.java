package dev.mayfly.identity.publication;

import dev.mayfly.contracts.identity.AccessKeyRecord;
import java.util.Collection;
import java.util.Map;

/** Knows what is to be told about a key. */
public interface KeyStates {
    /** The present state of those of {@code ids} that exist, by id. */
    Map<String, AccessKeyRecord> find(Collection<String> ids);
}
