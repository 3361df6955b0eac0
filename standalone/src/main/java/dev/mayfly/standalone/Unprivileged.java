package dev.mayfly.standalone;

import dev.mayfly.standalone.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Map;

/**
 * How to run a program that refuses to run as root: in a user namespace in which root is nobody, else as the user
 * {@code nobody}. For anybody but root: as it is.
 *
 * @param prefix what comes before the command
 * @param chown whether the program's files must belong to {@code nobody}
 */
record Unprivileged(List<String> prefix, boolean chown) {
    private static final Path UNSHARE = Path.of("/usr/bin/unshare");

    static Unprivileged find(Launcher launcher) throws IOException, InterruptedException {
        if (!System.getProperty("user.name").equals("root")) {
            return new Unprivileged(List.of(), false);
        }
        if (Files.isExecutable(UNSHARE) && works(launcher)) {
            return new Unprivileged(List.of(UNSHARE.toString(), "--user"), false);
        }
        return new Unprivileged(List.of("setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups"), true);
    }

    /** Gives {@code file} to the account that the program runs as. */
    void own(Path file) throws IOException {
        if (!chown) {
            return;
        }
        UserPrincipal nobody =
                file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        Files.getFileAttributeView(file, PosixFileAttributeView.class).setOwner(nobody);
    }

    private static boolean works(Launcher launcher) throws IOException, InterruptedException {
        return launcher.start(
                                List.of(UNSHARE.toString(), "--user", "true"),
                                Map.of(),
                                Path.of("/"),
                                Path.of("/dev/null"))
                        .waitFor()
                == 0;
    }
}
