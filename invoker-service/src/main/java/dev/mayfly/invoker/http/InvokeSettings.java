package dev.mayfly.invoker.http;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits of the Invoke operation. The defaults are AWS's.
 *
 * @param maxSyncPayload bytes of a synchronous event; default 6 MiB
 * @param maxAsyncPayload bytes of an asynchronous event; default 1 MiB
 * @param maxPayloadsInMemory bytes of all large (over 64 KiB) events that are held at once, of which one account takes
 *     no more than it leaves to all others; more wait their turn; default 64 MiB
 */
@ConfigurationProperties("mayfly.invoker.http")
public record InvokeSettings(
        @DefaultValue("6291456") int maxSyncPayload,
        @DefaultValue("1048576") int maxAsyncPayload,
        @DefaultValue("67108864") int maxPayloadsInMemory) {}
