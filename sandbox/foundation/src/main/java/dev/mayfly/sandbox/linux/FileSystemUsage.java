package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** How full a file system is. */
record FileSystemUsage(long bytes, long files) {
    /** {@code struct statvfs} of 64-bit Linux begins with longs: bsize, frsize, blocks, bfree, bavail, files, ffree. */
    private static final int SIZE = 256;

    static FileSystemUsage of(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(SIZE, 8);
            Linux.statvfs(path, answer);
            long unit = at(answer, 1);
            return new FileSystemUsage((at(answer, 2) - at(answer, 3)) * unit, at(answer, 5) - at(answer, 6));
        }
    }

    private static long at(MemorySegment answer, int index) {
        return answer.getAtIndex(ValueLayout.JAVA_LONG, index);
    }
}
