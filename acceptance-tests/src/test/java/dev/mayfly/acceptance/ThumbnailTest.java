package dev.mayfly.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;

/** The example that reads and writes objects through the AWS SDK inside its sandbox, and what else it can reach. */
class ThumbnailTest {
    private final RunningSuite suite = RunningSuite.get();

    private static boolean onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private byte[] bundle() throws Exception {
        Path folder = suite.root().resolve("examples/thumbnail");
        Path bundle = folder.resolve("dist/index.mjs");
        if (!Files.exists(bundle)) {
            assumeTrue(onPath("npm"), "npm is not installed: the example's bundle cannot be built");
            var build = new ProcessBuilder("sh", "-c", "npm ci --no-audit --no-fund && npm run build")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(suite.home().resolve("thumbnail-build.log").toFile())
                    .start();
            assertThat(build.waitFor(3, TimeUnit.MINUTES)).isTrue();
            assertThat(build.exitValue()).as("npm run build").isZero();
        }
        return FunctionFixtures.example("thumbnail", "dist/index.mjs");
    }

    @Test
    void makesAThumbnailInTheBucket() throws Exception {
        var image = new BufferedImage(400, 200, BufferedImage.TYPE_INT_ARGB);
        var graphics = image.createGraphics();
        graphics.setColor(Color.ORANGE);
        graphics.fillRect(0, 0, 400, 200);
        graphics.dispose();
        var png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        String bucket = FunctionFixtures.uniqueName("photos");
        try (var lambda = suite.lambda();
                var s3 = suite.s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            s3.putObject(
                    request -> request.bucket(bucket).key("orange photo.png"),
                    RequestBody.fromBytes(png.toByteArray()));
            String name = FunctionFixtures.deploy(
                    lambda,
                    FunctionFixtures.node(FunctionFixtures.uniqueName("thumbnail"), bundle())
                            .timeout(30)
                            .memorySize(512));
            var response = lambda.invoke(request -> request.functionName(name)
                    .payload(SdkBytes.fromUtf8String(
                            "{\"bucket\":\"" + bucket + "\",\"key\":\"orange photo.png\",\"width\":40}")));
            assertThat(response.functionError())
                    .as(response.payload().asUtf8String())
                    .isNull();
            var thumbnail = ImageIO.read(new ByteArrayInputStream(
                    s3.getObjectAsBytes(request -> request.bucket(bucket).key("thumbnails/orange photo.png"))
                            .asByteArray()));
            assertThat(thumbnail.getWidth()).isEqualTo(40);
            assertThat(thumbnail.getHeight()).isEqualTo(20);
            assertThat(new Color(thumbnail.getRGB(20, 10))).isEqualTo(Color.ORANGE);
        }
    }

    @Test
    void nothingButTheGatewayCanBeReached() {
        String source = """
                const net = require('net');
                const attempt = (port, host) => new Promise(resolve => {
                  const socket = net.connect({ port, host, timeout: 1000 });
                  socket.on('connect', () => { socket.destroy(); resolve('open'); });
                  socket.on('timeout', () => { socket.destroy(); resolve('timeout'); });
                  socket.on('error', e => resolve(e.code));
                });
                exports.handler = async ({ ports }) => {
                  const gateway = new URL(process.env.AWS_ENDPOINT_URL);
                  const answers = { gateway: await attempt(Number(gateway.port), gateway.hostname) };
                  for (const port of ports) answers[port] = await attempt(port, '127.0.0.1');
                  answers.metadata = await attempt(80, '169.254.169.254');
                  return answers;
                };""";
        int base = suite.internalPortBase();
        try (var lambda = suite.lambda()) {
            String name = FunctionFixtures.deploy(
                    lambda, FunctionFixtures.nodeSource(FunctionFixtures.uniqueName("reach"), source));
            var ports = java.util.stream.IntStream.range(base, base + 20)
                    .mapToObj(Integer::toString)
                    .collect(java.util.stream.Collectors.joining(","));
            String answers = lambda.invoke(request ->
                            request.functionName(name).payload(SdkBytes.fromUtf8String("{\"ports\":[" + ports + "]}")))
                    .payload()
                    .asUtf8String();
            assertThat(answers).contains("\"gateway\":\"open\"").containsOnlyOnce("open");
        }
    }
}
