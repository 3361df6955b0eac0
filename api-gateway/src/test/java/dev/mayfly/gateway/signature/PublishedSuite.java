package dev.mayfly.gateway.signature;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * AWS's test suite for Signature Version 4, as the source package of botocore on PyPI carries it: fetched once into the build
 * folder, since it is AWS's and not part of this repository.
 */
final class PublishedSuite {
    private static final String PACKAGE = "botocore==1.43.11";
    private static final Path FOLDER = Path.of("target/aws4-testsuite");

    private PublishedSuite() {}

    /** The folder of the cases. Aborts the test, with the reason, where they cannot be fetched. */
    static Path folder() throws IOException, InterruptedException {
        Path cases = FOLDER.resolve("cases");
        if (!Files.isDirectory(cases)) {
            Files.createDirectories(FOLDER);
            boolean fetched = run(List.of(
                            "python3",
                            "-m",
                            "pip",
                            "download",
                            "--quiet",
                            "--no-deps",
                            "--no-binary",
                            ":all:",
                            "--dest",
                            FOLDER.toString(),
                            PACKAGE))
                    && run(List.of(
                            "sh",
                            "-c",
                            "mkdir -p target/aws4-testsuite/new && tar -xzf target/aws4-testsuite/botocore-*.tar.gz"
                                    + " -C target/aws4-testsuite/new --strip-components=5"
                                    + " --wildcards '*/tests/unit/auth/aws4_testsuite/*'"
                                    + " && mv target/aws4-testsuite/new target/aws4-testsuite/cases"));
            assumeTrue(fetched, "AWS's signature test suite could not be fetched with pip (package " + PACKAGE + ")");
        }
        return cases;
    }

    private static boolean run(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(FOLDER.resolve("fetch.log").toFile())
                    .start();
            return process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
