package dev.mayfly.identity.publication;

import java.util.Collection;
import java.util.Map;

/** Knows what is to be told in a feed. */
public interface States {
    Feed feed();

    /** The present state of those of {@code ids} that exist, by id. */
    Map<String, ?> states(Collection<String> ids);
}
