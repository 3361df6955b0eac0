package dev.mayfly.sandbox.api;

import java.nio.file.Path;

/**
 * A folder of the machine that sandboxes share. All in it belongs to the user {@link #OWNER}, whoever the machine knows a
 * sandbox's user as; what is on the way to it need not be passable for others.
 *
 * @param folder on the machine, absolute; it stays while the sandbox lives
 * @param path where the function sees it: {@code /mnt/NAME}
 */
public record Volume(Path folder, String path) {
    /** The one user and group id that files have on the machine. */
    public static final int OWNER = 1000;

    private static final String PARENT = "/mnt/";

    public Volume {
        String name = path.startsWith(PARENT) ? path.substring(PARENT.length()) : "";
        if (!folder.isAbsolute() || !name.matches("[A-Za-z0-9_.-]+") || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("Not a volume: " + folder + " at " + path);
        }
    }

    /** The last name of {@link #path}. */
    public String name() {
        return path.substring(PARENT.length());
    }
}
