package dev.mayfly.objects.volume;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What volumes may hold: {@code mayfly.volume-limits.*}.
 *
 * @param quota bytes of a volume whose owner set nothing else; default 10 GB
 * @param accountQuota bytes that the quotas of an account's volumes may be together; default 100 GB
 * @param inUse how long after a host's last report its sandboxes still count as using a volume; default 1 minute
 */
@ConfigurationProperties("mayfly.volume-limits")
record VolumeSettings(
        @DefaultValue("10GB") DataSize quota,
        @DefaultValue("100GB") DataSize accountQuota,
        @DefaultValue("1m") Duration inUse) {}
