package dev.mayfly.registry.code;

import java.util.List;

/**
 * What was seen in a zip that decides which runtimes it suits.
 *
 * @param bootstrap whether it has a file {@code bootstrap} at its root
 * @param modules the paths of its WebAssembly modules, at most {@link #MOST_MODULES} of them
 */
public record CodeContents(boolean bootstrap, List<String> modules) {
    static final int MOST_MODULES = 256;

    public CodeContents {
        modules = List.copyOf(modules);
    }
}
