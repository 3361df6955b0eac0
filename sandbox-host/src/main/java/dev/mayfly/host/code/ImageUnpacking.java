package dev.mayfly.host.code;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.ImageConfig;
import dev.mayfly.sandbox.api.ImageProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Turns an OCI archive into a root file system that every sandbox of it can use, read-only, with what the image says about
 * itself beside it.
 */
final class ImageUnpacking {
    private static final String ROOT = "root";
    private static final String DESCRIPTION = "image.json";
    private static final int MOST_ENTRIES = 500_000;
    private static final List<String> MOUNT_POINTS = List.of("proc", "sys", "dev", "tmp", "mnt");

    /** What an image says about the program in it. */
    record Description(
            List<String> entryPoint, List<String> command, String workingDirectory, Map<String, String> environment) {}

    private ImageUnpacking() {}

    static Path root(Path unpacked) {
        return unpacked.resolve(ROOT);
    }

    /**
     * @param scratch takes what is needed on the way
     * @param limit bytes of the archive's blobs, and of the files in them
     * @return bytes of all files
     */
    static long unpack(Path archive, Path target, Path scratch, long limit) throws IOException {
        var image = ImageArchive.read(archive, scratch.resolve("blobs"), limit, architecture());
        Files.createDirectory(target);
        var root = new ImageRoot(target.resolve(ROOT));
        ImageRoot.makeFolder(root.path());
        var budget = new ImageLayer.Budget(limit, MOST_ENTRIES);
        for (Path layer : image.layers()) {
            ImageLayer.apply(layer, root, budget);
        }
        for (String point : MOUNT_POINTS) {
            root.ensureFolder(root.path().resolve(point));
        }
        root.write("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
        root.write("etc/hostname", "localhost\n");
        root.write("etc/resolv.conf", "");
        Files.write(target.resolve(DESCRIPTION), Json.bytes(description(image.config())));
        return limit - budget.bytes();
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("aarch64") ? "arm64" : name;
    }

    private static Description description(JsonNode config) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String variable : texts(config.path("Env"))) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                environment.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return new Description(
                texts(config.path("Entrypoint")),
                texts(config.path("Cmd")),
                config.path("WorkingDir").asString(""),
                environment);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asString("")));
        return texts;
    }

    /**
     * What is run of the image.
     *
     * @param config comes over what the image says
     */
    static ImageProgram program(Path unpacked, ImageConfig config) throws IOException {
        Description its = Json.read(Files.readAllBytes(unpacked.resolve(DESCRIPTION)), Description.class);
        List<String> command = new ArrayList<>(config.entryPoint().isEmpty() ? its.entryPoint() : config.entryPoint());
        command.addAll(config.command().isEmpty() ? its.command() : config.command());
        if (command.isEmpty()) {
            throw InvalidCodeException.image("The image has neither an entry point nor a command");
        }
        String overriding = config.workingDirectory();
        String folder = overriding == null || overriding.isEmpty() ? its.workingDirectory() : overriding;
        return new ImageProgram(command, folder.startsWith("/") ? folder : "/" + folder, its.environment());
    }
}
