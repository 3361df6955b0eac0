package dev.mayfly.gateway;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The gateway's tunables.
 *
 * @param trustKey Base64 of 32 bytes: seals vouchers and session tokens. Required.
 * @param masterKey Base64 of 32 bytes: opens the secrets of access keys. Required.
 * @param kafka {@code host:port}, several joined by commas
 * @param region the one region that this installation is; credentials scoped to another are refused
 * @param data folder for large bodies that must be digested before they can be forwarded
 * @param services where the services behind are
 * @param domains suffixes of host names before which a bucket's name may stand (virtual-host style)
 * @param webDomains suffixes of host names before which the name of a bucket stands that is served as a web site
 * @param connectTimeout how long a service may take to accept a connection
 * @param responseTimeout how long a service may be silent; longer than the longest invocation (15 min)
 * @param readTimeout how long a client may be silent in the middle of its request
 * @param unknownKeyMemory how long identity-service's answer about a key that Kafka did not tell of is believed
 * @param memoryBody a body without a digest up to this size is held in memory while it is digested, a larger one on disk
 * @param spool how much such bodies may take on disk at once
 */
@ConfigurationProperties("mayfly")
public record GatewaySettings(
        String trustKey,
        String masterKey,
        @DefaultValue("127.0.0.1:19092") String kafka,
        @DefaultValue("us-east-1") String region,
        @DefaultValue(".mayfly/data/api-gateway") Path data,
        Services services,
        @DefaultValue("localhost") List<String> domains,
        @DefaultValue("web.localhost") List<String> webDomains,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("16m") Duration responseTimeout,
        @DefaultValue("60s") Duration readTimeout,
        @DefaultValue("5s") Duration unknownKeyMemory,
        @DefaultValue("128KB") DataSize memoryBody,
        @DefaultValue("2GB") DataSize spool) {

    /** Base addresses, {@code http://host:port}. */
    public record Services(
            URI identity, URI registry, URI invoker, URI autoscaler, URI objects, URI billing, URI observability) {}
}
