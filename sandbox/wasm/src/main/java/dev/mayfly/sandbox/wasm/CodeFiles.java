package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.wasm.engine.wasi.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A function's own files but for its module and links, which its guests read as {@code /var/task}, and those of its layers,
 * {@code /opt}.
 */
final class CodeFiles {
    private static final int MAX_FILES = 20_000;

    private CodeFiles() {}

    private static List<Path> list(FunctionCode code, Path module) throws IOException {
        List<Path> files = new ArrayList<>(list(code.directory(), module));
        if (code.layers() != null) {
            files.addAll(list(code.layers(), module));
        }
        return files;
    }

    private static List<Path> list(Path folder, Path module) throws IOException {
        try (var all = Files.walk(folder.toRealPath())) {
            return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> !file.equals(module))
                    .limit(MAX_FILES + 1L)
                    .toList();
        }
    }

    /**
     * The name that the engine knows the files by: empty when there is none.
     *
     * @throws SandboxStartException when they are more than the engine keeps
     */
    static String name(FunctionCode code, Path module, long maxBytes) throws IOException, SandboxStartException {
        List<Path> files = list(code, module);
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        if (bytes > maxBytes || files.size() > MAX_FILES) {
            throw SandboxStartException.function(
                    "Runtime.ImportModuleError",
                    "The code has %d bytes in files besides its module; at most %d are allowed in %d files"
                            .formatted(bytes, maxBytes, MAX_FILES),
                    0);
        }
        return files.isEmpty() ? "" : code.sha256() + "/" + code.handler();
    }

    /** The files as one message. */
    static byte[] read(FunctionCode code, Path module) throws IOException {
        var writer = new FileTree.Writer();
        write(code.directory(), FileTree.TASK, module, writer);
        if (code.layers() != null) {
            write(code.layers(), FileTree.LAYERS, module, writer);
        }
        return writer.message();
    }

    private static void write(Path folder, String name, Path module, FileTree.Writer writer) throws IOException {
        Path root = folder.toRealPath();
        for (Path file : list(folder, module)) {
            writer.file(
                    name + "/" + root.relativize(file),
                    Files.getLastModifiedTime(file).toMillis(),
                    Files.readAllBytes(file));
        }
    }
}
