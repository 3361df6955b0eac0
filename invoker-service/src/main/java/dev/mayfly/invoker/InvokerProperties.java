package dev.mayfly.invoker;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where the invoker lives.
 *
 * @param trustKey 32 bytes in Base64, the key that all services of the installation share
 * @param kafka bootstrap servers, {@code host:port,...}
 * @param region the region of this installation, as it stands in ARNs
 * @param services the siblings' addresses
 */
@ConfigurationProperties("mayfly")
public record InvokerProperties(String trustKey, String kafka, String region, Services services) {
    /**
     * @param registry asked about functions that were not heard of
     * @param objects where records for buckets are put
     * @param host the sandbox host to ask while none has been heard of
     */
    public record Services(URI registry, URI objects, URI host) {}
}
