package dev.mayfly.sandbox.wasm.engine.wasi;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a path means below an open folder. Nothing above that folder can be named: not by {@code ..}, not by an
 * absolute path, not through a link.
 */
final class Paths {
    private static final int MAX_PATH = 4096;
    private static final int MAX_NAME = 255;
    private static final int MAX_LINKS = 40;

    private Paths() {}

    /**
     * Where a path ends: a name in a folder, and what it names now, if anything. The folder itself has the name {@code .}
     *
     * @param mustBeFolder whether the path ended with a slash
     */
    record Place(Node.Folder folder, String name, @Nullable Node node, boolean mustBeFolder) {
        Node existing() {
            if (node == null) {
                throw new Errno.Failure(Errno.NOENT);
            }
            if (mustBeFolder && !(node instanceof Node.Folder)) {
                throw new Errno.Failure(Errno.NOTDIR);
            }
            return node;
        }

        /** For making, renaming and removing: a name of its own. */
        Place named() {
            if (name.equals(".")) {
                throw new Errno.Failure(Errno.INVAL);
            }
            folder.writable();
            return this;
        }
    }

    static String text(GuestMemory memory, int address, int length) {
        if (length < 0 || length > MAX_PATH) {
            throw new Errno.Failure(Errno.NAMETOOLONG);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(memory.bytes(address, length)))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw new Errno.Failure(Errno.INVAL);
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new Errno.Failure(Errno.ILSEQ);
        }
    }

    /** @param follow whether a link at the path's end stands for what it points to */
    static Place find(Node.Folder base, String path, boolean follow) {
        List<Node.Folder> way = new ArrayList<>(List.of(base));
        var names = new ArrayDeque<String>();
        boolean mustBeFolder = push(path, names);
        int linksLeft = MAX_LINKS;
        String name = ".";
        @Nullable Node node = base;
        while (!names.isEmpty()) {
            String next = names.removeFirst();
            if (!(node instanceof Node.Folder here)) {
                throw new Errno.Failure(node == null ? Errno.NOENT : Errno.NOTDIR);
            }
            if (here != way.getLast()) {
                way.add(here);
            }
            if (next.isEmpty() || next.equals(".")) {
                continue;
            }
            if (next.equals("..")) {
                if (way.size() == 1) {
                    throw new Errno.Failure(Errno.NOTCAPABLE);
                }
                way.removeLast();
                node = way.getLast();
                name = ".";
                continue;
            }
            if (next.length() > MAX_NAME) {
                throw new Errno.Failure(Errno.NAMETOOLONG);
            }
            @Nullable Node child = here.children.get(next);
            if (child instanceof Node.Link link && (follow || mustBeFolder || !names.isEmpty())) {
                if (--linksLeft == 0) {
                    throw new Errno.Failure(Errno.LOOP);
                }
                boolean last = names.isEmpty();
                mustBeFolder |= push(link.target, names) && last;
                name = ".";
                continue;
            }
            name = next;
            node = child;
        }
        Node.Folder folder = way.getLast();
        if (node == folder) {
            name = ".";
        }
        return new Place(folder, name, node, mustBeFolder);
    }

    /** Puts a path's names before the others; says whether it can only mean a folder. */
    private static boolean push(String path, ArrayDeque<String> names) {
        if (path.isEmpty()) {
            throw new Errno.Failure(Errno.NOENT);
        }
        if (path.startsWith("/")) {
            throw new Errno.Failure(Errno.NOTCAPABLE);
        }
        List<String> parts = Arrays.asList(path.split("/"));
        for (String part : parts.reversed()) {
            names.addFirst(part);
        }
        String last = parts.getLast();
        return path.endsWith("/") || last.equals(".") || last.equals("..");
    }
}
