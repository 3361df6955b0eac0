package dev.mayfly.sandbox.wasm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** The same guests under Wasmtime, whose library is looked for as always and else taken from its wheel on PyPI. */
public final class WasmtimeUnderTest extends WasmUnderTest {
    private static final String VERSION = "50.0.1";

    public WasmtimeUnderTest() {}

    @Override
    Path library() {
        return found();
    }

    /** The library; the test is aborted, with the reason, where it cannot be had. */
    static synchronized Path found() {
        String variable = System.getenv(EngineKind.VARIABLE);
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "mayfly", "wasmtime-" + VERSION);
        Path library = EngineKind.findLibrary(variable, cache);
        if (library == null) {
            try {
                library = download(Files.createDirectories(cache));
            } catch (IOException e) {
                return Assumptions.abort("Wasmtime is not tested: " + e.getMessage());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return library;
    }

    private static Path download(Path cache) throws IOException, InterruptedException {
        Process pip = new ProcessBuilder(
                        "pip", "download", "--quiet", "--no-deps", "--dest", cache.toString(), "wasmtime==" + VERSION)
                .redirectErrorStream(true)
                .start();
        String said = new String(pip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!pip.waitFor(120, TimeUnit.SECONDS) || pip.exitValue() != 0) {
            pip.destroyForcibly();
            throw new IOException("pip cannot download its wheel: " + said.strip());
        }
        try (var wheels = Files.newDirectoryStream(cache, "*.whl")) {
            for (Path wheel : wheels) {
                Path library = extract(wheel, cache);
                if (library != null) {
                    return library;
                }
            }
        }
        throw new IOException("its wheel holds no library for this machine");
    }

    private static @Nullable Path extract(Path wheel, Path cache) throws IOException {
        try (var zip = new ZipFile(wheel.toFile())) {
            var entry = zip.stream()
                    .filter(one -> one.getName().endsWith("/_libwasmtime.so"))
                    .findAny();
            if (entry.isEmpty()) {
                return null;
            }
            Path part = Files.createTempFile(cache, "part", ".so");
            try (InputStream in = zip.getInputStream(entry.get())) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            return Files.move(part, cache.resolve("_libwasmtime.so"), StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
