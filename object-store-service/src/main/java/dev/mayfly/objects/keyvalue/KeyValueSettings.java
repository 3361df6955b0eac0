package dev.mayfly.objects.keyvalue;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What guests may keep: {@code mayfly.key-value.*}.
 *
 * @param quota bytes of keys and values that an account's stores may hold together; default 1 GB
 * @param stores how many stores an account may have; default 100
 * @param tellInterval how often changes of what stores hold are told to the bill; default 10 seconds
 */
@ConfigurationProperties("mayfly.key-value")
record KeyValueSettings(
        @DefaultValue("1GB") DataSize quota,
        @DefaultValue("100") int stores,
        @DefaultValue("10s") Duration tellInterval) {}
