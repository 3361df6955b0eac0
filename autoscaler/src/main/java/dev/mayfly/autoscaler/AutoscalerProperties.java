package dev.mayfly.autoscaler;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where the autoscaler lives.
 *
 * @param trustKey 32 bytes in Base64, the key that all services of the installation share
 * @param kafka bootstrap servers, {@code host:port,...}
 */
@ConfigurationProperties("mayfly")
public record AutoscalerProperties(String trustKey, String kafka) {}
