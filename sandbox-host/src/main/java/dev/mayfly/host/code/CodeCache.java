package dev.mayfly.host.code;

import dev.mayfly.contracts.function.CodeLayer;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.contracts.function.ImageConfig;
import dev.mayfly.host.HostProperties;
import dev.mayfly.host.code.UnpackedFolders.Hold;
import dev.mayfly.sandbox.api.FunctionCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Deployed code as sandboxes need it: fetched, verified and unpacked once, and kept while a sandbox uses it. */
@Component
public class CodeCache {
    private final HostProperties.Code properties;
    private final CodeDownloads downloads;
    private final UnpackedFolders folders;

    /** Code in use: it stays until this is closed. */
    public static final class Held implements AutoCloseable {
        private final FunctionCode code;
        private final List<Hold> holds;
        private boolean released;

        private Held(FunctionCode code, List<Hold> holds) {
            this.code = code;
            this.holds = holds;
        }

        /** Holds no code: for sandboxes that need none. */
        public static Held nothing() {
            return new Held(new FunctionCode(Path.of("/var/empty"), "", "", ""), List.of());
        }

        public FunctionCode code() {
            return code;
        }

        @Override
        public synchronized void close() {
            if (!released) {
                released = true;
                holds.forEach(Hold::close);
            }
        }
    }

    CodeCache(HostProperties properties, CodeDownloads downloads) {
        this.properties = properties.code();
        this.downloads = downloads;
        this.folders = new UnpackedFolders(
                properties.data().toAbsolutePath().resolve("code"),
                properties.code().limit().toBytes());
    }

    /** Forgets half-made code and counts what an earlier host left. */
    public void open() {
        folders.open();
    }

    /**
     * The code of {@code version}, held until the caller closes it.
     *
     * @throws InvalidCodeException when it is not what can be unpacked
     * @throws IOException when it cannot be fetched, or is not what was deployed
     */
    public Held hold(FunctionVersion version) throws IOException, InterruptedException {
        if (version.image() != null) {
            return image(version, version.image());
        }
        Hold code = zip(version);
        if (version.layers().isEmpty()) {
            return new Held(
                    new FunctionCode(code.directory(), version.codeSha256(), version.runtime(), version.handler()),
                    List.of(code));
        }
        try {
            return withLayers(version, code);
        } catch (IOException | InterruptedException e) {
            code.close();
            throw e;
        }
    }

    private Hold zip(FunctionVersion version) throws IOException, InterruptedException {
        boolean java = version.runtime().startsWith("java");
        return folders.hold(version.codeSha256() + (java ? ".java" : ""), (target, scratch) -> {
            Path zip = downloads.fetch(version.codeSha256(), scratch.resolve("zip"));
            long bytes = ZipUnpacking.unpack(zip, target, properties.unzipped().toBytes());
            if (java) {
                Path jar = Files.move(zip, target.resolve(FunctionCode.JAR));
                Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("r--r--r--"));
            }
            return bytes;
        });
    }

    private Held image(FunctionVersion version, ImageConfig config) throws IOException, InterruptedException {
        Hold image = folders.hold(version.codeSha256() + ".image", (target, scratch) -> {
            Path archive = downloads.fetch(version.codeSha256(), scratch.resolve("archive"));
            return ImageUnpacking.unpack(
                    archive, target, scratch, properties.image().toBytes());
        });
        try {
            var code = new FunctionCode(
                    ImageUnpacking.root(image.directory()),
                    version.codeSha256(),
                    version.runtime(),
                    version.handler(),
                    null,
                    ImageUnpacking.program(image.directory(), config));
            return new Held(code, List.of(image));
        } catch (IOException e) {
            image.close();
            throw e;
        }
    }

    private Held withLayers(FunctionVersion version, Hold code) throws IOException, InterruptedException {
        String set = digest(version.layers().stream().map(CodeLayer::sha256).collect(Collectors.joining("\n")));
        Hold layers = folders.hold(set + ".layers", (target, scratch) -> merge(version.layers(), target, scratch));
        if (code.bytes() + layers.bytes() > properties.unzipped().toBytes()) {
            layers.close();
            throw InvalidCodeException.zip(
                    "Code and layers are larger than " + properties.unzipped().toBytes() + " bytes once unpacked");
        }
        var whole = new FunctionCode(
                code.directory(),
                digest(version.codeSha256() + "\n" + set),
                version.runtime(),
                version.handler(),
                layers.directory(),
                null);
        return new Held(whole, List.of(code, layers));
    }

    /** Each layer is unpacked by itself and moved over those before it, so that none is written through another's links. */
    private long merge(List<CodeLayer> layers, Path target, Path scratch) throws IOException, InterruptedException {
        Files.createDirectory(target);
        long total = 0;
        for (CodeLayer layer : layers) {
            Path zip = downloads.fetch(layer.sha256(), scratch.resolve("zip"));
            Path unpacked = scratch.resolve("layer");
            total += ZipUnpacking.unpack(zip, unpacked, properties.unzipped().toBytes() - total);
            Trees.moveOver(unpacked, target);
            Trees.delete(unpacked);
            Files.delete(zip);
        }
        return total;
    }

    private static String digest(String text) {
        return HexFormat.of().formatHex(CodeDownloads.newSha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
