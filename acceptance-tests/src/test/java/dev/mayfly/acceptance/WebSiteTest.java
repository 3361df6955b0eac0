package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** The example's site, put up with the aws cli as its page of the documentation says, seen by a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSiteTest {
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome");

    private final RunningSuite suite = RunningSuite.get();
    private final String bucket = FunctionFixtures.uniqueName("site");

    @TempDir
    private Path folder;

    @BeforeAll
    void putUp() throws IOException {
        Path site = suite.root().resolve("examples/web-site");
        try (var s3 = suite.s3();
                var files = Files.walk(site)) {
            s3.createBucket(request -> request.bucket(bucket));
            s3.putBucketPolicy(request -> request.bucket(bucket).policy("""
                    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
                    "Resource":"arn:aws:s3:::%s/*"}]}""".formatted(bucket)));
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String key = site.relativize(file).toString();
                if (key.startsWith("website") || key.startsWith("policy")) {
                    continue;
                }
                // Without a type, so that the site finds it out.
                s3.putObject(
                        request -> request.bucket(bucket).key(key).contentType("binary/octet-stream"),
                        RequestBody.fromFile(file));
            }
        }
        if (found("aws")) {
            run(
                    "aws",
                    "s3api",
                    "put-bucket-website",
                    "--bucket",
                    bucket,
                    "--website-configuration",
                    "file://" + site.resolve("website.json"));
            assertThat(run("aws", "s3api", "get-bucket-website", "--bucket", bucket))
                    .contains("404.html", "guide/");
        } else {
            try (var s3 = suite.s3()) {
                s3.putBucketWebsite(request -> request.bucket(bucket)
                        .websiteConfiguration(configuration -> configuration
                                .indexDocument(index -> index.suffix("index.html"))
                                .errorDocument(error -> error.key("404.html"))));
            }
        }
    }

    private static boolean found(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private String run(String... command) {
        var ran = suite.client(Duration.ofMinutes(1), command);
        assertThat(ran.exitCode()).as("%s%n%s", List.of(command), ran.output()).isZero();
        return ran.output();
    }

    private String url(String path) {
        return "http://" + bucket + ".web.localhost:" + suite.endpoint().getPort() + path;
    }

    /** Through a bare socket: not every resolver knows that names below localhost are this machine. */
    private String get(String path) throws IOException {
        try (var socket = new Socket("127.0.0.1", suite.endpoint().getPort())) {
            socket.setSoTimeout(30_000);
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + bucket + ".web.localhost:"
                    + suite.endpoint().getPort() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void pagesFoldersRedirectsAndErrors() throws IOException {
        assertThat(get("/"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("content-type: text/html;charset=utf-8")
                .contains("Served from a bucket");
        assertThat(get("/guide")).startsWith("HTTP/1.1 302").containsIgnoringCase("location: /guide/\r\n");
        assertThat(get("/guide/")).contains("The guide");
        assertThat(get("/nowhere")).startsWith("HTTP/1.1 404").contains("Not here");
        assertThat(get("/app/main.js")).containsIgnoringCase("content-type: text/javascript;charset=utf-8");
    }

    /** What the browser makes of it: the style sheet's colour, the script's words, the image's lines. */
    @Test
    void isSeenRightInABrowser() throws IOException {
        String browser =
                BROWSERS.stream().filter(WebSiteTest::found).findFirst().orElse(null);
        assumeTrue(browser != null, "no Chromium is installed (apt install chromium): nobody looks at the site");
        Path picture = folder.resolve("site.png");
        var look = new ArrayList<>(List.of(
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-proxy-server",
                "--hide-scrollbars",
                "--window-size=800,600",
                "--virtual-time-budget=10000",
                "--user-data-dir=" + folder.resolve("profile")));
        var dump = new ArrayList<>(look);
        dump.addAll(List.of("--dump-dom", url("/")));
        assertThat(run(dump.toArray(String[]::new))).contains("8 objects, and all of them arrived");
        look.addAll(List.of("--screenshot=" + picture, url("/")));
        run(look.toArray(String[]::new));
        var seen = ImageIO.read(picture.toFile());
        assertThat(seen.getRGB(790, 20) & 0xFFFFFF).as("the header's colour").isEqualTo(0x1F5F6B);
        assertThat(seen.getRGB(5, 590) & 0xFFFFFF).as("the page's colour").isEqualTo(0xF4F7F5);
        boolean image = false;
        for (int x = 40; x < 130; x++) {
            for (int y = 30; y < 130; y++) {
                image |= (seen.getRGB(x, y) & 0xFFFFFF) == 0x9FD3C7;
            }
        }
        assertThat(image).as("the wings of the image").isTrue();
    }
}
