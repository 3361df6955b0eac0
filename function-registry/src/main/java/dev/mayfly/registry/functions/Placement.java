package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.Isolation;
import dev.mayfly.contracts.function.Network;

/** Where a function runs and what it reaches. */
record Placement(Isolation isolation, Network network) {}
