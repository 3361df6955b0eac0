package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people's own clients do all day with their buckets, through the gateway. */
class ObjectClientsTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final RunningSuite suite = RunningSuite.get();
    private final String bucket = FunctionFixtures.uniqueName("clients");

    @TempDir
    private Path folder;

    private Path big;

    @BeforeEach
    void files() throws IOException {
        Path tree = folder.resolve("tree");
        Files.createDirectories(tree.resolve("deep/er"));
        Files.writeString(tree.resolve("a b+ü%.txt"), "hello");
        Files.writeString(tree.resolve("deep/er/empty"), "");
        byte[] bytes = new byte[17 << 20];
        new Random(17).nextBytes(bytes);
        big = tree.resolve("deep/big.bin");
        Files.write(big, bytes);
    }

    private String run(List<String> prefix, String... arguments) {
        var command = new ArrayList<>(prefix);
        command.addAll(Arrays.asList(arguments));
        var ran = suite.client(LIMIT, command.toArray(String[]::new));
        assertThat(ran.exitCode()).as("%s%n%s", command, ran.output()).isZero();
        return ran.output();
    }

    private String tree() {
        return folder.resolve("tree").toString();
    }

    private void assertSameTree(Path back) throws IOException {
        try (var files = Files.walk(folder.resolve("tree"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path other =
                        back.resolve(folder.resolve("tree").relativize(file).toString());
                assertThat(Files.mismatch(file, other)).as(other.toString()).isEqualTo(-1);
            }
        }
    }

    private static String download(String link) throws IOException {
        try (var in = URI.create(link.strip()).toURL().openStream()) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    @Test
    void s3cmd() throws IOException {
        String host = suite.endpoint().getAuthority();
        var s3cmd = List.of(
                ObjectClients.s3cmd(),
                "--config=/dev/null",
                "--access_key=" + suite.accessKeyId(),
                "--secret_key=" + suite.secretAccessKey(),
                "--host=" + host,
                "--host-bucket=" + host,
                "--no-ssl",
                "--region=us-east-1",
                "--multipart-chunk-size-mb=5",
                "--no-progress");
        String s3 = "s3://" + bucket;
        run(s3cmd, "mb", s3);
        assertThat(run(s3cmd, "ls")).contains(s3);
        run(s3cmd, "sync", "--add-header=Cache-Control:no-store", tree() + "/", s3 + "/tree/");
        assertThat(run(s3cmd, "ls", "--recursive", s3)).contains("/tree/a b+ü%.txt", "17825792");
        assertThat(run(s3cmd, "info", s3 + "/tree/a b+ü%.txt")).contains("5d41402abc4b2a76b9719d911017c592");
        run(s3cmd, "sync", s3 + "/tree/", folder.resolve("back") + "/");
        assertSameTree(folder.resolve("back"));
        run(s3cmd, "cp", s3 + "/tree/deep/big.bin", s3 + "/copy");
        run(s3cmd, "mv", s3 + "/copy", s3 + "/moved");
        run(s3cmd, "modify", "--add-header=x-amz-meta-colour:green", s3 + "/moved");
        assertThat(run(s3cmd, "info", s3 + "/moved")).contains("colour", "green");
        String signed = run(s3cmd, "signurl", s3 + "/tree/a b+ü%.txt", "+600");
        assertThat(download(signed)).isEqualTo("hello");
        assertThat(URI.create(signed.strip()).toURL().openConnection().getHeaderField("Cache-Control"))
                .isEqualTo("no-store");
        assertThat(run(s3cmd, "du", s3)).contains("35651589");
        run(s3cmd, "multipart", s3);
        run(s3cmd, "del", "--recursive", "--force", s3);
        run(s3cmd, "rb", s3);
    }

    @Test
    void rclone() throws IOException {
        var rclone = List.of(
                "env",
                "--unset=AWS_CA_BUNDLE",
                "RCLONE_CONFIG=/dev/null",
                "RCLONE_CONFIG_M_TYPE=s3",
                "RCLONE_CONFIG_M_PROVIDER=Other",
                "RCLONE_CONFIG_M_ENV_AUTH=true",
                "RCLONE_CONFIG_M_ENDPOINT=" + suite.endpoint(),
                "RCLONE_CONFIG_M_REGION=us-east-1",
                "RCLONE_S3_UPLOAD_CUTOFF=5Mi",
                "RCLONE_S3_CHUNK_SIZE=5Mi",
                ObjectClients.rclone(),
                "--low-level-retries=1",
                "--retries=1");
        String remote = "m:" + bucket;
        run(rclone, "mkdir", remote);
        run(rclone, "sync", tree(), remote + "/tree");
        run(rclone, "check", "--download", tree(), remote + "/tree");
        assertThat(run(rclone, "sync", "-v", tree(), remote + "/tree")).contains("nothing to transfer");
        assertThat(run(rclone, "lsf", "-R", remote)).contains("tree/a b+ü%.txt", "tree/deep/er/empty");
        assertThat(run(rclone, "md5sum", remote + "/tree/a b+ü%.txt")).contains("5d41402abc4b2a76b9719d911017c592");
        assertThat(run(rclone, "cat", "--offset=1", "--count=3", remote + "/tree/a b+ü%.txt"))
                .isEqualTo("ell");
        run(rclone, "copyto", remote + "/tree/deep/big.bin", remote + "/copy.bin");
        run(rclone, "moveto", remote + "/copy.bin", remote + "/moved.bin");
        run(rclone, "copy", remote + "/tree", folder.resolve("back").toString());
        assertSameTree(folder.resolve("back"));
        var fromFile = new ArrayList<>(List.of("sh", "-c", "file=$1; shift; \"$@\" < \"$file\"", "sh", big.toString()));
        fromFile.addAll(rclone);
        run(fromFile, "rcat", remote + "/streamed");
        run(rclone, "check", "--download", "--include=big.bin", tree() + "/deep", remote + "/tree/deep");
        run(rclone, "deletefile", remote + "/streamed");
        assertThat(download(run(rclone, "link", "--expire=1h", remote + "/tree/a b+ü%.txt")))
                .isEqualTo("hello");
        assertThat(run(rclone, "size", remote)).contains("35651589");
        run(rclone, "touch", remote + "/touched");
        run(rclone, "deletefile", remote + "/touched");
        run(rclone, "cleanup", remote);
        run(rclone, "purge", remote);
        assertThat(run(rclone, "lsd", "m:")).doesNotContain(bucket);
    }

    @Test
    void minioClient() throws IOException {
        var mc = List.of(
                "env",
                "MC_HOST_m=http://" + suite.accessKeyId() + ":" + suite.secretAccessKey() + "@"
                        + suite.endpoint().getAuthority(),
                ObjectClients.minioClient(),
                "--config-dir=" + folder.resolve("mc"),
                "--quiet");
        String alias = "m/" + bucket;
        run(mc, "mb", alias);
        run(mc, "mirror", tree(), alias + "/tree");
        assertThat(run(mc, "ls", "--recursive", alias)).contains("tree/a b+ü%.txt", "17MiB");
        assertThat(run(mc, "diff", tree(), alias + "/tree").strip()).isEmpty();
        assertThat(run(mc, "stat", alias + "/tree/a b+ü%.txt")).contains("5d41402abc4b2a76b9719d911017c592");
        assertThat(run(mc, "cat", alias + "/tree/a b+ü%.txt")).isEqualTo("hello");
        run(mc, "cp", alias + "/tree/deep/big.bin", alias + "/copy");
        run(mc, "mv", alias + "/copy", alias + "/moved");
        run(mc, "cp", "--recursive", alias + "/tree/", folder.resolve("back") + "/");
        assertSameTree(folder.resolve("back"));
        assertThat(run(mc, "find", alias, "--name", "*.bin")).contains("big.bin");
        assertThat(run(mc, "du", alias)).contains("34MiB");
        String shared = run(mc, "--json", "share", "download", alias + "/tree/a b+ü%.txt");
        assertThat(download(shared.replaceAll("(?s).*\"share\": ?\"([^\"]*)\".*", "$1")
                        .replace("\\u0026", "&")))
                .isEqualTo("hello");
        run(mc, "tag", "set", alias + "/moved", "of=big");
        assertThat(run(mc, "tag", "list", alias + "/moved")).contains("of", "big");
        run(mc, "version", "enable", alias);
        assertThat(run(mc, "version", "info", alias)).contains("enabled");
        run(mc, "cp", tree() + "/a b+ü%.txt", alias + "/moved");
        assertThat(run(mc, "ls", "--versions", alias + "/moved")).contains("v1", "v2");
        run(mc, "rb", "--force", alias);
        assertThat(run(mc, "ls", "m")).doesNotContain(bucket);
    }

    @Test
    void javaScriptSdk() {
        Path sdk = ObjectClients.javaScript();
        Path script = ObjectClients.resource("/object-clients/sdk.mjs", sdk);
        assertThat(run(List.of("node"), script.toString(), bucket)).contains("all done");
    }
}
