package dev.mayfly.objects.blob;

import java.util.UUID;

/** A run of bytes of one blob. */
public record Segment(UUID blob, long offset, long length) {}
