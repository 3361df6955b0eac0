package dev.mayfly.registry.rules;

import java.util.UUID;

/** Whoever keeps something by version or alias: every bean of this type hears when one is deleted. */
@FunctionalInterface
public interface QualifierRemoval {
    /** Within the transaction of the deletion, before the function's rules are announced. */
    void removed(UUID functionId, String qualifier);
}
