package dev.mayfly.registry.functions;

import dev.mayfly.registry.code.CodeContents;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Embeddable;
import org.jspecify.annotations.Nullable;

/**
 * A function's code.
 *
 * @param sha256 hex
 * @param size bytes of the zip or the image's archive
 * @param imageUri as the caller named the image, or null for a zip
 * @param resolvedImageUri that image by its digest, or null for a zip
 */
@Embeddable
record FunctionCode(
        @Column(name = "code_sha256") String sha256,
        @Column(name = "code_size") long size,

        @Convert(converter = JsonColumns.Contents.class) @Column(name = "code_contents")
        CodeContents contents,

        @Column(name = "image_uri") @Nullable String imageUri,
        @Column(name = "resolved_image_uri") @Nullable String resolvedImageUri) {}
