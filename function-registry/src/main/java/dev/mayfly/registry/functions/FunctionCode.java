package dev.mayfly.registry.functions;

import dev.mayfly.registry.code.CodeContents;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Embeddable;

/**
 * A function's code.
 *
 * @param sha256 hex
 * @param size bytes of the zip
 */
@Embeddable
record FunctionCode(
        @Column(name = "code_sha256") String sha256,
        @Column(name = "code_size") long size,

        @Convert(converter = JsonColumns.Contents.class) @Column(name = "code_contents")
        CodeContents contents) {}
