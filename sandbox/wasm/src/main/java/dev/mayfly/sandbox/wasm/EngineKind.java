package dev.mayfly.sandbox.wasm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which engine runs the modules.
 *
 * @param format what it compiles to: no other kind, and no other version of it, can load that
 * @param description for people
 * @param library Wasmtime's C library; null for Endive
 */
record EngineKind(
        String format, String description, @Nullable Path library) {
    /** The variable that names Wasmtime's library. */
    static final String VARIABLE = "MAYFLY_WASMTIME";

    static final EngineKind ENDIVE = new EngineKind("endive-1.0.0", "Endive 1.0.0, compiled", null);

    private static final List<String> FOLDERS = List.of(
            "/usr/local/lib",
            "/usr/lib",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/usr/lib64",
            "/opt/wasmtime/lib");
    private static final List<String> NAMES = List.of("libwasmtime.so", "_libwasmtime.so");

    static EngineKind of(@Nullable Path library) {
        if (library == null) {
            return ENDIVE;
        }
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(library), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            String version = HexFormat.of().formatHex(digest.digest(), 0, 8);
            return new EngineKind("wasmtime-" + version, "Wasmtime (" + library + ")", library.toRealPath());
        } catch (IOException e) {
            throw new UncheckedIOException("Wasmtime's library cannot be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }

    /**
     * Looks for Wasmtime's library: where the variable says, else in the usual folders and in {@code own}.
     *
     * @return null when there is none, or the variable names something else, such as {@code none}
     */
    static @Nullable Path findLibrary(@Nullable String variable, Path own) {
        Stream<Path> places = variable != null && !variable.isBlank()
                ? Stream.of(Path.of(variable))
                : Stream.concat(Stream.of(own), FOLDERS.stream().map(Path::of))
                        .flatMap(folder -> NAMES.stream().map(folder::resolve));
        Optional<Path> found = places.filter(Files::isRegularFile).findFirst();
        return found.orElse(null);
    }
}
