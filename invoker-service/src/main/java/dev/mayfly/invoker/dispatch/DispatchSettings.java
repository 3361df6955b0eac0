package dev.mayfly.invoker.dispatch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How invocations are admitted and carried to hosts.
 *
 * @param accountConcurrency invocations of one account that may run at once; default 1000
 * @param roomWait how long a synchronous invocation waits for a host with room; default 10 s
 * @param hostSilence after this long without a status a host is not asked any more; default 5 s
 * @param connectTimeout for a connection to a host; default 2 s
 * @param answerGrace how much longer than the function's timeout a host's answer is waited for (placement, fetch,
 *     start); default 60 s
 * @param connections kept to hosts in all; default 2000
 * @param idleConnection a connection that idled this long is closed; must be below the host's keep-alive time; default
 *     10 s
 */
@ConfigurationProperties("mayfly.invoker.dispatch")
public record DispatchSettings(
        @DefaultValue("1000") int accountConcurrency,
        @DefaultValue("10s") Duration roomWait,
        @DefaultValue("5s") Duration hostSilence,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("60s") Duration answerGrace,
        @DefaultValue("2000") int connections,
        @DefaultValue("10s") Duration idleConnection) {}
