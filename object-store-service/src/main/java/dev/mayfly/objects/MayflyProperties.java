package dev.mayfly.objects;

import java.net.URI;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the whole suite is told: {@code mayfly.*}.
 *
 * @param trustKey Base64, 32 bytes: vouchers are sealed under it
 * @param kafka bootstrap servers
 * @param region the AWS region that this installation answers as
 * @param services the siblings' addresses
 * @param data this service's folder: blobs and the usage journal
 */
@ConfigurationProperties("mayfly")
public record MayflyProperties(String trustKey, String kafka, String region, Services services, Path data) {
    /**
     * @param identity asked who signed a form
     * @param registry asked whether a bucket may invoke a function
     */
    public record Services(URI identity, URI registry) {}
}
