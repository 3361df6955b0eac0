package dev.mayfly.observability.queue;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * For how long the queue shows what is over.
 *
 * @param endedRetention for how long events are shown after their end; default 1 h
 * @param deadLetterRetention for how long dead letters can be replayed; default 14 d
 * @param silence a live event that nothing was told of for this long, and that is not paused, is shown no more: longer than
 *     any event can wait; default 12 h
 */
@ConfigurationProperties("mayfly.observability.queue")
record QueueSettings(
        @DefaultValue("1h") Duration endedRetention,
        @DefaultValue("14d") Duration deadLetterRetention,
        @DefaultValue("12h") Duration silence) {}
