package dev.mayfly.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The functions that are measured. */
final class Functions {
    /** The handler of every node measurement, on Mayfly and in the baselines. */
    static final String ECHO = "exports.handler = async event => ({ echo: event });\n";

    /** What {@link #ECHO} is compared with: the same handler behind the plainest server there is. */
    static final String BARE_SERVER = """
            const { handler } = require('./index.js');
            require('http').createServer((request, response) => {
              const chunks = [];
              request.on('data', chunk => chunks.push(chunk));
              request.on('end', async () => {
                const answer = JSON.stringify(await handler(JSON.parse(Buffer.concat(chunks))));
                response.setHeader('Content-Type', 'application/json');
                response.end(answer);
              });
            }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
            """;

    private Functions() {}

    static byte[] nodeZip() throws IOException {
        return zip("index.js", ECHO.getBytes(StandardCharsets.UTF_8));
    }

    /** The WebAssembly example, from the repository's root. */
    static byte[] wasmZip() throws IOException {
        return zip("hello.wasm", Files.readAllBytes(Path.of("examples/hello-wasm/hello.wasm")));
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
            zip.closeEntry();
        }
        return bytes.toByteArray();
    }
}
