package dev.mayfly.billing;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.io.Resource;

/**
 * What can be set.
 *
 * @param trustKey Base64 of 32 bytes, the same for every service of the installation; no default
 * @param kafka bootstrap servers, {@code host:port} separated by commas; no default
 * @param billing the service's own settings
 */
@ConfigurationProperties("mayfly")
public record BillingSettings(
        String trustKey, String kafka, @DefaultValue Billing billing) {

    /**
     * Settings of this service alone.
     *
     * @param prices the price list; default {@code classpath:prices.yaml}
     * @param batchRecords the most events that one transaction takes in; default 5000
     * @param retryDelay how long to wait when Kafka or PostgreSQL is away; default 1 s
     * @param maxFuture how far ahead of this machine's clock an event may be dated; default 5 min
     * @param maxBilled the longest billed time that one invocation may claim; default 20 min
     * @param maxGroups the most groups that one report may have before paging; default 100000
     */
    public record Billing(
            @DefaultValue("classpath:prices.yaml") Resource prices,
            @DefaultValue("5000") int batchRecords,
            @DefaultValue("1s") Duration retryDelay,
            @DefaultValue("5m") Duration maxFuture,
            @DefaultValue("20m") Duration maxBilled,
            @DefaultValue("100000") int maxGroups) {}
}
