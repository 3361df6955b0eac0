package dev.mayfly.host;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Every tunable of the sandbox host.
 *
 * @param trustKey Base64 of 32 bytes, shared by all services of the installation. No default.
 * @param kafka Kafka's bootstrap servers
 * @param region the one region that ARNs name
 * @param data local folder: code, journal, sandbox state. One host owns it.
 * @param services where the siblings are
 * @param sandboxes how many there may be, and for how long
 * @param code the cache of unpacked code
 * @param statusInterval how often this host reports
 * @param hostSilence after so long without a report another host is gone, and the rest take over what it was to keep ready
 * @param usageInterval how often the usage journal is shipped to Kafka
 * @param logBacklog log lines that wait for Kafka at most; more are dropped and counted
 * @param volumes local folder: what functions keep in their file systems. Several hosts share it when it is on a network file
 *     system.
 * @param volumeInterval how often this host tells what volumes hold, and learns which to delete
 */
@ConfigurationProperties("mayfly")
public record HostProperties(
        String trustKey,
        @DefaultValue("127.0.0.1:19092") String kafka,
        @DefaultValue("us-east-1") String region,
        @DefaultValue(".mayfly/data/sandbox-host") Path data,
        @DefaultValue Services services,
        @DefaultValue Sandboxes sandboxes,
        @DefaultValue Code code,
        @DefaultValue("1s") Duration statusInterval,
        @DefaultValue("5s") Duration hostSilence,
        @DefaultValue("250ms") Duration usageInterval,
        @DefaultValue("20000") int logBacklog,
        @DefaultValue(".mayfly/data/volumes") Path volumes,
        @DefaultValue("10s") Duration volumeInterval) {

    /**
     * @param self where invokers reach this host
     * @param registry the function registry
     * @param objects the object store
     * @param gateway the one address that sandboxes may reach
     */
    public record Services(
            @DefaultValue("http://127.0.0.1:18184") URI self,
            @DefaultValue("http://127.0.0.1:18182") URI registry,
            @DefaultValue("http://127.0.0.1:18186") URI objects,
            @DefaultValue("http://127.0.0.1:8080") URI gateway) {}

    /**
     * @param memory what all sandboxes together may take; 0 means {@code memoryShare} of the machine's
     * @param memoryShare share of the machine's memory for sandboxes, 0 - 1, when {@code memory} is 0
     * @param shellShare share of that, 0 - 1, for sandboxes that are started ahead of need and have no function yet; functions
     *     are promised the rest
     * @param shellMemory the most that such sandboxes may take, whatever their share
     * @param keepAlive how long an idle sandbox stays when the autoscaler says nothing
     * @param lifetime how old a sandbox may get before it is replaced; below the 12 h of its credentials
     * @param initTimeout the init phase's limit. AWS: 10 s.
     * @param longInitTimeout the same where nobody waits for it (provisioned concurrency, SnapStart, whatever a host prepares),
     *     unless the function's timeout is longer. AWS: 130 s.
     * @param freezeAfter how long a sandbox is idle before everything in it is stopped until its next invocation; 0 means at
     *     once
     */
    public record Sandboxes(
            @DefaultValue("0B") DataSize memory,
            @DefaultValue("0.6") double memoryShare,
            @DefaultValue("0.1") double shellShare,
            @DefaultValue("2GB") DataSize shellMemory,
            @DefaultValue("10m") Duration keepAlive,
            @DefaultValue("6h") Duration lifetime,
            @DefaultValue("10s") Duration initTimeout,
            @DefaultValue("130s") Duration longInitTimeout,
            @DefaultValue("20ms") Duration freezeAfter) {}

    /**
     * @param limit unpacked code kept on disk; more is thrown away, least recently used first
     * @param unzipped largest unpacked function, its layers included. AWS: 250 MB.
     * @param image largest unpacked image. AWS: 10 GB.
     * @param fetchTimeout how long fetching one zip may take
     */
    public record Code(
            @DefaultValue("5GB") DataSize limit,
            @DefaultValue("250MB") DataSize unzipped,
            @DefaultValue("10GB") DataSize image,
            @DefaultValue("60s") Duration fetchTimeout) {}
}
