package dev.mayfly.registry.sources;

import dev.mayfly.contracts.function.Schedule;
import java.time.Instant;

/** A schedule and what only people want to know of it. */
record KeptSchedule(Schedule schedule, String description, Instant createdAt, Instant lastModified) {}
