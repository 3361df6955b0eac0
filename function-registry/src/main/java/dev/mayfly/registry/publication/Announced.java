package dev.mayfly.registry.publication;

import java.util.function.Consumer;

/** All that a topic should hold now: each start announces it again. Every bean of this type is asked. */
@FunctionalInterface
public interface Announced {
    void forEach(Consumer<Announcement> consumer);
}
