package dev.mayfly.sandbox.wasm.engine.wasi;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A function's own files, read-only: what its guests see as {@code /var/task}. Immutable once read. */
public final class FileTree {
    /** A function that has no file but its module. */
    public static final FileTree EMPTY = new FileTree(new Node.Folder(null, 0), 0);

    final Node.Folder root;
    private final int weight;

    private FileTree(Node.Folder root, int weight) {
        this.root = root;
        this.weight = weight;
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
