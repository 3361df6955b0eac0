package dev.mayfly.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/** The jars that a jar names in its manifest. */
final class JarClassPath {
    private JarClassPath() {}

    /** {@code jar} and those it names, in order, whether they exist or not. */
    static List<Path> of(Path jar) throws IOException {
        var jars = new ArrayList<Path>();
        jars.add(jar);
        try (var file = new JarFile(jar.toFile())) {
            String names = file.getManifest() == null
                    ? null
                    : file.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (names != null) {
                for (String name : names.strip().split(" +")) {
                    jars.add(jar.resolveSibling(name));
                }
            }
        }
        return jars;
    }
}
