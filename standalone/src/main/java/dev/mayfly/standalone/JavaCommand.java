package dev.mayfly.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a Java process of the suite is run.
 *
 * @param name of the component
 * @param options of the JVM that a run and the training of its AOT cache share
 * @param main what comes after the options: {@code -jar x.jar}, or {@code -cp ... Main arguments}
 * @param jars all jars of the class path
 */
record JavaCommand(String name, List<String> options, List<String> main, List<Path> jars) {
    private static final List<String> COMMON = List.of(
            "-XX:+UseSerialGC",
            "-Xss512k",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    JavaCommand {
        options = Stream.of(COMMON, options).flatMap(List::stream).toList();
    }

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** The command line of a run. */
    List<String> run(AotCaches caches, String mark) {
        Path cache = caches.cacheOf(this);
        return Files.exists(cache) ? line(mark, List.of("-XX:AOTCache=" + cache)) : line(mark, List.of());
    }

    /** The command line of a training run, which writes {@code cache} when it ends. */
    List<String> train(Path cache, String mark) {
        return line(mark, List.of("-XX:AOTCacheOutput=" + cache));
    }

    private List<String> line(String mark, List<String> extra) {
        var line = new ArrayList<String>();
        line.add(java().toString());
        line.add(mark);
        line.add("-Dmayfly.component=" + name);
        line.addAll(options);
        line.addAll(extra);
        line.addAll(main);
        return line;
    }
}
