package dev.mayfly.observability.logs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some lines in the order of time.
 *
 * @param next where the rest begins; null when there is no rest now. A page may be empty and have a rest.
 */
record LogPage(List<StoredLine> lines, @Nullable LogPosition next) {}
