package dev.mayfly.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;

/** AWS's own description of its interfaces, as botocore ships it. */
public final class AwsModel {
    private static final String FIND = """
            import botocore.loaders, os, sys
            path = os.path.join(botocore.loaders.Loader().BUILTIN_DATA_PATH, *sys.argv[1:], 'service-2.json')
            print(path if os.path.exists(path) else path + '.gz')
            """;

    private AwsModel() {}

    /**
     * The description of one service, as JSON; the test is aborted where Python or botocore are missing.
     *
     * @param service as botocore names its folder, e.g. {@code s3}
     * @param version of the interface, e.g. {@code 2006-03-01}
     */
    public static byte[] of(String service, String version) throws IOException, InterruptedException {
        Path model = find(service, version);
        Assumptions.assumeTrue(Files.exists(model), "no botocore: pip install botocore brings AWS's models");
        try (InputStream file = Files.newInputStream(model);
                InputStream json = model.toString().endsWith(".gz") ? new GZIPInputStream(file) : file) {
            return json.readAllBytes();
        }
    }

    private static Path find(String service, String version) throws InterruptedException {
        try {
            Process python = new ProcessBuilder("python3", "-c", FIND, service, version)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String path = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            python.waitFor(20, TimeUnit.SECONDS);
            return Path.of(path.isBlank() ? "no-botocore" : path.strip());
        } catch (IOException e) {
            return Path.of("no-python");
        }
    }
}
