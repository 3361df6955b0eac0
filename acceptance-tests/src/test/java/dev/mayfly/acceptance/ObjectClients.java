package dev.mayfly.acceptance;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Clients of S3 as their makers publish them. What is not installed is fetched once, kept below {@code ~/.cache/mayfly}; a
 * registry that cannot be reached aborts the test.
 */
final class ObjectClients {
    private static final String S3CMD = "s3cmd==2.4.0";
    private static final String MC = "github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9";
    private static final String[] JAVASCRIPT = {
        "@aws-sdk/client-s3@3.1173.0", "@aws-sdk/lib-storage@3.1173.0", "@aws-sdk/s3-request-presigner@3.1164.0"
    };

    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache/mayfly/object-clients");
    private static final String MARK = ".whole";
    private static final Duration FETCH_LIMIT = Duration.ofMinutes(2);

    /** The MinIO client is compiled. */
    private static final Duration COMPILE_LIMIT = Duration.ofMinutes(8);

    private ObjectClients() {}

    static String s3cmd() {
        return inPath("s3cmd")
                .orElseGet(() -> fetched("s3cmd-2.4.0", folder -> {
                            run(folder, FETCH_LIMIT, "python3", "-m", "venv", ".");
                            run(folder, FETCH_LIMIT, "bin/python", "-m", "pip", "install", "-q", S3CMD);
                        })
                        + "/bin/s3cmd");
    }

    static String rclone() {
        return inPath("rclone").orElseGet(() -> abort("rclone is not installed (apt-get install rclone)"));
    }

    /** Compiling it takes minutes, so that is done only when {@code -Dmayfly.clients.compile=true} asks for it. */
    static String minioClient() {
        String name = "mc-" + MC.substring(MC.length() - 12);
        assumeTrue(
                Files.exists(CACHE.resolve(name).resolve(MARK)) || Boolean.getBoolean("mayfly.clients.compile"),
                "the MinIO client is not compiled yet (-Dmayfly.clients.compile=true does so, with Go)");
        return fetched(name, folder -> {
                    String bin = "GOBIN=" + folder.toAbsolutePath();
                    run(folder, COMPILE_LIMIT, "env", bin, "GOFLAGS=-mod=mod", "go", "install", MC);
                })
                + "/mc";
    }

    /** A folder in which Node.js finds the AWS SDK for JavaScript. */
    static Path javaScript() {
        return Path.of(fetched("aws-sdk-js-3.1173.0", folder -> {
            String[] command = Stream.concat(
                            Stream.of("npm", "install", "--no-audit", "--no-fund", "--prefix", "."),
                            Arrays.stream(JAVASCRIPT))
                    .toArray(String[]::new);
            run(folder, FETCH_LIMIT, command);
        }));
    }

    private static Optional<String> inPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    private interface Recipe {
        void fetchInto(Path folder) throws IOException;
    }

    /** Recipes run where their result stays: Python's environments cannot be moved. A mark tells whole ones. */
    private static String fetched(String name, Recipe recipe) {
        Path folder = CACHE.resolve(name);
        Path mark = folder.resolve(MARK);
        try {
            if (!Files.exists(mark)) {
                delete(folder);
                Files.createDirectories(folder);
                recipe.fetchInto(folder);
                Files.createFile(mark);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder.toString();
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void run(Path folder, Duration limit, String... command) throws IOException {
        Path output = Files.createTempFile("mayfly-client", ".log");
        try {
            var process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(limit)) {
                process.destroyForcibly();
            }
            if (process.waitFor() != 0) {
                String said = Files.readString(output);
                abort("this machine cannot fetch it: " + String.join(" ", command) + ": "
                        + said.substring(Math.max(0, said.length() - 500)));
            }
        } catch (IOException e) {
            abort("this machine cannot fetch it: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            Files.delete(output);
        }
    }

    /** Copies a resource of the tests into a folder. */
    static Path resource(String name, Path folder) {
        Path file = folder.resolve(name.substring(name.lastIndexOf('/') + 1));
        try (var in = ObjectClients.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
