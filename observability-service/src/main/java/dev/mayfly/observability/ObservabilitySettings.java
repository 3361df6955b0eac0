package dev.mayfly.observability;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What can be set.
 *
 * @param trustKey Base64 of 32 bytes, the same for every service of the installation; no default
 * @param kafka bootstrap servers, {@code host:port} separated by commas; no default
 */
@ConfigurationProperties("mayfly")
public record ObservabilitySettings(String trustKey, String kafka) {}
