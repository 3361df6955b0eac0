package dev.mayfly.objects;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the whole suite is told: {@code mayfly.*}.
 *
 * @param trustKey Base64, 32 bytes: vouchers are sealed under it
 * @param kafka bootstrap servers
 * @param region the AWS region that this installation answers as
 * @param data this service's folder: blobs and the usage journal
 */
@ConfigurationProperties("mayfly")
public record MayflyProperties(String trustKey, String kafka, String region, Path data) {}
