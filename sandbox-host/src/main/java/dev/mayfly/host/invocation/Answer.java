package dev.mayfly.host.invocation;

import dev.mayfly.contracts.hosting.InvocationOutcome;

/** What goes back to the invoker: what became of the invocation, and the function's answer or error object. */
record Answer(InvocationOutcome outcome, byte[] body) {}
