package dev.mayfly.invoker.http;

import dev.mayfly.contracts.function.FunctionVersion;

/**
 * What an invocation runs.
 *
 * @param arn the function as the client named it, qualifier included
 */
record Target(FunctionVersion function, String arn) {}
