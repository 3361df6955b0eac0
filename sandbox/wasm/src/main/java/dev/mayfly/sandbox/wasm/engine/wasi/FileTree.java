package dev.mayfly.sandbox.wasm.engine.wasi;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A function's files, read-only: what its guests see as {@code /var/task}, and as {@code /opt} when it has layers. Immutable
 * once read.
 */
public final class FileTree {
    /** First name of the paths of the function's own files. */
    public static final String TASK = "task";

    /** First name of the paths of its layers' files. */
    public static final String LAYERS = "opt";

    /** A function that has no file but its module. */
    public static final FileTree EMPTY = new FileTree(new Node.Folder(null, 0), 0);

    private static final Node.Folder NOTHING = new Node.Folder(null, 0);

    private final Node.Folder root;
    private final int weight;

    private FileTree(Node.Folder root, int weight) {
        this.root = root;
        this.weight = weight;
    }

    Node.Folder task() {
        return root.children.get(TASK) instanceof Node.Folder folder ? folder : NOTHING;
    }

    Node.@Nullable Folder layers() {
        return root.children.get(LAYERS) instanceof Node.Folder folder ? folder : null;
    }

    /** About the bytes that it takes. */
    public int weight() {
        return weight;
    }

    /** Collects files into the message that {@link #read} understands. */
    public static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        /** @param path relative, with {@code /} between names */
        public void file(String path, long modifiedMillis, byte[] content) throws IOException {
            byte[] name = path.getBytes(StandardCharsets.UTF_8);
            out.writeInt(name.length);
            out.write(name);
            out.writeLong(modifiedMillis);
            out.writeInt(content.length);
            out.write(content);
        }

        public byte[] message() {
            return bytes.toByteArray();
        }
    }

    /** @throws RuntimeException when it is no such message */
    public static FileTree read(ByteBuffer in) {
        int weight = in.remaining();
        var root = new Node.Folder(null, 0);
        while (in.hasRemaining()) {
            byte[] path = new byte[in.getInt()];
            in.get(path);
            long modified = in.getLong() * 1_000_000;
            byte[] content = new byte[in.getInt()];
            in.get(content);
            String[] names = new String(path, StandardCharsets.UTF_8).split("/", -1);
            Node.Folder folder = root;
            for (int i = 0; i < names.length - 1; i++) {
                folder = (Node.Folder)
                        folder.children.computeIfAbsent(names[i], name -> new Node.Folder(null, modified));
            }
            folder.children.put(names[names.length - 1], new Node.File(content, modified));
        }
        return new FileTree(root, weight);
    }
}
