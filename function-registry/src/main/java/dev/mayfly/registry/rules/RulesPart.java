package dev.mayfly.registry.rules;

import java.util.UUID;

/** A part of what invokers must know of functions apart from their code. Every bean of this type is asked. */
@FunctionalInterface
public interface RulesPart {
    void addTo(RulesDraft draft, UUID functionId);
}
