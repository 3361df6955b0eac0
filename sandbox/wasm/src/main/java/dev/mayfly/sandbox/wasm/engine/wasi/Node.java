package dev.mayfly.sandbox.wasm.engine.wasi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A file, folder or symbolic link in memory. Those without a quota are read-only and shared by all invocations of a
 * function; the others belong to one invocation.
 */
abstract sealed class Node {
    private static final AtomicLong NUMBERS = new AtomicLong(1);

    static final int FOLDER = 3;
    static final int FILE = 4;
    static final int LINK = 7;

    final long number = NUMBERS.getAndIncrement();
    final @Nullable Quota quota;
    int links = 1;
    long accessed;
    long modified;

    Node(@Nullable Quota quota, long now) {
        this.quota = quota;
        this.accessed = now;
        this.modified = now;
    }

    abstract int type();

    abstract long size();

    final boolean isReadOnly() {
        return quota == null;
    }

    /** The quota of a node that may be changed. */
    final Quota writable() {
        if (quota == null) {
            throw new Errno.Failure(Errno.ROFS);
        }
        return quota;
    }

    /** Names, in the order of their making. */
    static final class Folder extends Node {
        final Map<String, Node> children = new LinkedHashMap<>();

        Folder(@Nullable Quota quota, long now) {
            super(quota, now);
        }

        @Override
        int type() {
            return FOLDER;
        }

        @Override
        long size() {
            return 4096;
        }

        /** Adds a node that {@code quota} already counts. */
        void add(String name, Node child, long now) {
            children.put(name, child);
            modified = now;
        }

        /** Takes the name away; the node's space is given back when nothing refers to it any more. */
        void remove(String name, long now) {
            Node gone = children.remove(name);
            modified = now;
            if (gone != null) {
                gone.links--;
                gone.writable().nodes(-1);
                switch (gone) {
                    case File file -> file.freeUnlessUsed();
                    case Link link when link.links == 0 -> link.writable().bytes(-link.size());
                    default -> {}
                }
            }
        }
    }

    /** A symbolic link. */
    static final class Link extends Node {
        final String target;

        Link(@Nullable Quota quota, String target, long now) {
            super(quota, now);
            this.target = target;
        }

        @Override
        int type() {
            return LINK;
        }

        @Override
        long size() {
            return target.length();
        }
    }

    /** Content in pages of {@value #PAGE} bytes; without holes, so that what is counted is what is used. */
    static final class File extends Node {
        private static final int PAGE = 4096;

        private final List<byte[]> pages = new ArrayList<>();
        private long size;
        private int users;

        File(@Nullable Quota quota, long now) {
            super(quota, now);
        }

        /** A read-only file. */
        File(byte[] content, long now) {
            super(null, now);
            for (int at = 0; at < content.length; at += PAGE) {
                byte[] page = new byte[Math.min(PAGE, content.length - at)];
                System.arraycopy(content, at, page, 0, page.length);
                pages.add(page);
            }
            size = content.length;
        }

        @Override
        int type() {
            return FILE;
        }

        @Override
        long size() {
            return size;
        }

        void use() {
            if (quota != null) {
                users++;
            }
        }

        void release() {
            if (quota != null) {
                users--;
                freeUnlessUsed();
            }
        }

        private void freeUnlessUsed() {
            if (users == 0 && links == 0) {
                resize(0);
            }
        }

        void resize(long wanted) {
            Quota mine = writable();
            if (wanted < 0) {
                throw new Errno.Failure(Errno.INVAL);
            }
            if (wanted > (long) Integer.MAX_VALUE * PAGE) {
                throw new Errno.Failure(Errno.FBIG);
            }
            int needed = (int) ((wanted + PAGE - 1) / PAGE);
            if (needed > pages.size()) {
                mine.bytes((long) (needed - pages.size()) * PAGE);
                while (pages.size() < needed) {
                    pages.add(new byte[PAGE]);
                }
            } else if (needed < pages.size()) {
                mine.bytes((long) (needed - pages.size()) * PAGE);
                pages.subList(needed, pages.size()).clear();
            }
            int rest = (int) (wanted % PAGE);
            if (wanted < size && rest != 0) {
                Arrays.fill(pages.getLast(), rest, PAGE, (byte) 0);
            }
            size = wanted;
        }

        /** Copies to the guest what there is from {@code position} on, at most {@code length} bytes; returns how much. */
        int read(long position, GuestMemory memory, int address, int length) {
            int done = 0;
            while (done < length && position < size - done) {
                byte[] page = pages.get((int) ((position + done) / PAGE));
                int offset = (int) ((position + done) % PAGE);
                int now = (int) Math.min(Math.min(PAGE - offset, length - done), size - position - done);
                memory.copyIn(address + done, page, offset, now);
                done += now;
            }
            return done;
        }

        /** Copies from the guest; all or nothing. */
        void write(long position, GuestMemory memory, int address, int length) {
            writable();
            if (position > Long.MAX_VALUE - length) {
                throw new Errno.Failure(Errno.FBIG);
            }
            if (position + length > size) {
                resize(position + length);
            }
            int done = 0;
            while (done < length) {
                byte[] page = pages.get((int) ((position + done) / PAGE));
                int offset = (int) ((position + done) % PAGE);
                int now = Math.min(PAGE - offset, length - done);
                memory.copyOut(address + done, page, offset, now);
                done += now;
            }
        }
    }
}
