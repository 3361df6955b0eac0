package dev.mayfly.registry.code;

import java.util.List;

/**
 * What was seen in a zip that decides which runtimes it suits.
 *
 * @param bootstrap whether it has a file {@code bootstrap} at its root
 * @param modules the paths of its WebAssembly modules, at most {@link #MOST_MODULES} of them
 * @param unzipped bytes of all files; 0 when it was deployed before that was counted
 */
public record CodeContents(boolean bootstrap, List<String> modules, long unzipped) {
    static final int MOST_MODULES = 256;

    /** Of an image, whose contents are the image's own matter. */
    public static final CodeContents OF_IMAGE = new CodeContents(false, List.of(), 0);

    public CodeContents {
        modules = List.copyOf(modules);
    }
}
