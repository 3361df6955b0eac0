package dev.mayfly.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The handler {@link Functions#ECHO} behind the plainest server there is: {@code http.createServer}. */
final class BareServer implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final URI address;

    BareServer() throws IOException {
        Path folder = Files.createTempDirectory("mayfly-bench");
        Files.writeString(folder.resolve("index.js"), Functions.ECHO);
        Files.writeString(folder.resolve("server.js"), Functions.text("server.js"));
        process = new ProcessBuilder("node", "server.js")
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        address = URI.create("http://127.0.0.1:" + output.readLine() + "/");
    }

    HttpRequest request(byte[] event) {
        return HttpRequest.newBuilder(address)
                .POST(HttpRequest.BodyPublishers.ofByteArray(event))
                .build();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        output.close();
    }
}
