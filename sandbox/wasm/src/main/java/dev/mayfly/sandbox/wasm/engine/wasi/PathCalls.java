package dev.mayfly.sandbox.wasm.engine.wasi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** The calls that name a file below an open folder. */
final class PathCalls {
    private static final int FOLLOW = 1;
    private static final int CREATE = 1;
    private static final int DIRECTORY = 2;
    private static final int EXCLUSIVE = 4;
    private static final int TRUNCATE = 8;

    private PathCalls() {}

    private static Paths.Place place(
            WasiProcess process, GuestMemory memory, int fd, int path, int length, boolean follow) {
        return Paths.find(process.folder(fd).folder, Paths.text(memory, path, length), follow);
    }

    @SuppressWarnings("TooManyParameters")
    static int open(
            WasiProcess process,
            GuestMemory memory,
            int fd,
            int lookup,
            int path,
            int length,
            int how,
            long rights,
            int flags,
            int out) {
        memory.require(out, 4);
        boolean exclusive = (how & CREATE) != 0 && (how & EXCLUSIVE) != 0;
        var place = place(process, memory, fd, path, length, (lookup & FOLLOW) != 0 && !exclusive);
        if (exclusive && place.node() != null) {
            return Errno.EXIST;
        }
        Node node = place.node() == null && (how & CREATE) != 0 ? null : place.existing();
        if (node == null && (place.mustBeFolder() || (how & DIRECTORY) != 0)) {
            return Errno.ISDIR;
        }
        boolean changes = (rights & Descriptor.WRITE) != 0 || (how & TRUNCATE) != 0;
        if (node instanceof Node.Folder && changes && (how & (CREATE | TRUNCATE)) != 0) {
            return Errno.ISDIR;
        }
        if (node != null && !(node instanceof Node.Folder) && (how & DIRECTORY) != 0) {
            return Errno.NOTDIR;
        }
        if (node instanceof Node.Link) {
            return Errno.LOOP;
        }
        if (node instanceof Node.File && changes) {
            node.writable();
        }
        int number = process.freeDescriptor();
        if (node == null) {
            node = make(place.named(), new Node.File(place.folder().writable(), WasiProcess.now()));
        }
        Descriptor opened;
        if (node instanceof Node.File file) {
            if ((how & TRUNCATE) != 0) {
                file.resize(0);
                file.modified = WasiProcess.now();
            }
            opened = new Descriptor.OpenFile(file, rights & Descriptor.ALL);
        } else {
            opened = new Descriptor.OpenFolder((Node.Folder) node, null);
        }
        opened.flags = flags & 0b11111;
        process.put(number, opened);
        memory.setInt(out, number);
        return Errno.SUCCESS;
    }

    private static Node make(Paths.Place place, Node node) {
        place.folder().writable().nodes(1);
        place.folder().add(place.name(), node, WasiProcess.now());
        return node;
    }

    static int makeFolder(WasiProcess process, GuestMemory memory, int fd, int path, int length) {
        var place = place(process, memory, fd, path, length, false);
        if (place.node() != null) {
            return Errno.EXIST;
        }
        make(place.named(), new Node.Folder(place.folder().quota, WasiProcess.now()));
        return Errno.SUCCESS;
    }

    static int makeLink(
            WasiProcess process, GuestMemory memory, int target, int targetLength, int fd, int path, int length) {
        String text = Paths.text(memory, target, targetLength);
        var place = place(process, memory, fd, path, length, false);
        if (place.node() != null) {
            return Errno.EXIST;
        }
        if (text.startsWith("/")) {
            return Errno.NOTCAPABLE;
        }
        Quota quota = place.named().folder().writable();
        quota.bytes(text.length());
        make(place, new Node.Link(quota, text, WasiProcess.now()));
        return Errno.SUCCESS;
    }

    static int readLink(
            WasiProcess process, GuestMemory memory, int fd, int path, int length, int to, int room, int out) {
        if (!(place(process, memory, fd, path, length, false).existing() instanceof Node.Link link)) {
            return Errno.INVAL;
        }
        byte[] target = link.target.getBytes(StandardCharsets.UTF_8);
        int now = room < 0 ? target.length : Math.min(room, target.length);
        memory.copyIn(to, target, 0, now);
        memory.setInt(out, now);
        return Errno.SUCCESS;
    }

    static int stat(WasiProcess process, GuestMemory memory, int fd, int lookup, int path, int length, int out) {
        FileCalls.stat(
                place(process, memory, fd, path, length, (lookup & FOLLOW) != 0).existing(), memory, out);
        return Errno.SUCCESS;
    }

    @SuppressWarnings("TooManyParameters")
    static int setTimes(
            WasiProcess process,
            GuestMemory memory,
            int fd,
            int lookup,
            int path,
            int length,
            long accessed,
            long modified,
            int flags) {
        return FileCalls.setTimes(
                place(process, memory, fd, path, length, (lookup & FOLLOW) != 0).existing(), accessed, modified, flags);
    }

    static int link(
            WasiProcess process,
            GuestMemory memory,
            int fromFd,
            int lookup,
            int from,
            int fromLength,
            int toFd,
            int to,
            int toLength) {
        Node node = place(process, memory, fromFd, from, fromLength, (lookup & FOLLOW) != 0)
                .existing();
        var place = place(process, memory, toFd, to, toLength, false);
        if (place.node() != null) {
            return Errno.EXIST;
        }
        if (node instanceof Node.Folder) {
            return Errno.PERM;
        }
        node.writable();
        place.named();
        if (place.mustBeFolder()) {
            return Errno.NOTDIR;
        }
        node.writable().nodes(1);
        node.links++;
        place.folder().add(place.name(), node, WasiProcess.now());
        return Errno.SUCCESS;
    }

    static int unlink(WasiProcess process, GuestMemory memory, int fd, int path, int length) {
        var place = place(process, memory, fd, path, length, false);
        if (place.existing() instanceof Node.Folder) {
            return Errno.ISDIR;
        }
        place.named().folder().remove(place.name(), WasiProcess.now());
        return Errno.SUCCESS;
    }

    static int removeFolder(WasiProcess process, GuestMemory memory, int fd, int path, int length) {
        var place = place(process, memory, fd, path, length, false);
        if (!(place.existing() instanceof Node.Folder folder)) {
            return Errno.NOTDIR;
        }
        place.named();
        if (!folder.children.isEmpty()) {
            return Errno.NOTEMPTY;
        }
        place.folder().remove(place.name(), WasiProcess.now());
        return Errno.SUCCESS;
    }

    static int rename(
            WasiProcess process,
            GuestMemory memory,
            int fromFd,
            int from,
            int fromLength,
            int toFd,
            int to,
            int toLength) {
        var source = place(process, memory, fromFd, from, fromLength, false);
        var target = place(process, memory, toFd, to, toLength, false);
        Node moved = source.existing();
        source.named();
        target.named();
        Node replaced = target.node();
        if (moved == replaced) {
            return Errno.SUCCESS;
        }
        if (moved instanceof Node.Folder folder && holds(folder, target.folder())) {
            return Errno.INVAL;
        }
        if (moved instanceof Node.Folder) {
            if (replaced != null && !(replaced instanceof Node.Folder)) {
                return Errno.NOTDIR;
            }
            if (replaced instanceof Node.Folder full && !full.children.isEmpty()) {
                return Errno.NOTEMPTY;
            }
        } else if (replaced instanceof Node.Folder) {
            return Errno.ISDIR;
        } else if (target.mustBeFolder()) {
            return Errno.NOTDIR;
        }
        if (replaced != null) {
            target.folder().remove(target.name(), WasiProcess.now());
        }
        source.folder().children.remove(source.name());
        source.folder().modified = WasiProcess.now();
        target.folder().add(target.name(), moved, WasiProcess.now());
        return Errno.SUCCESS;
    }

    private static boolean holds(Node.Folder folder, Node.Folder sought) {
        var left = new ArrayDeque<Node.Folder>();
        left.add(folder);
        while (!left.isEmpty()) {
            Node.Folder next = left.poll();
            if (next == sought) {
                return true;
            }
            for (Node child : next.children.values()) {
                if (child instanceof Node.Folder inner) {
                    left.add(inner);
                }
            }
        }
        return false;
    }
}
