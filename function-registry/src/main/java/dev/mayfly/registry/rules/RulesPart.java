package dev.mayfly.registry.rules;

import java.util.UUID;

/** What is said about functions apart from their code, by those who keep it. Every bean of this type is asked. */
public interface RulesPart {

    /** Adds what invokers must know; nothing, when it is none of their business. */
    void addTo(RulesDraft draft, UUID functionId);

    /** Within the transaction that deleted a version or an alias: drops what was said about it. */
    void forget(UUID functionId, String qualifier);
}
