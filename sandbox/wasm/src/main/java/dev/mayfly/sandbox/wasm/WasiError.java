package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.wasm.engine.wasi.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.Map;

/** What a guest is told when an operation on a volume fails. */
final class WasiError extends IOException {
    private static final long serialVersionUID = 1L;

    /** Linux's numbers that {@code openat2} gives. Who would leave the volume (EXDEV) lacks the capability. */
    private static final Map<Integer, Integer> OF_LINUX = Map.of(
            2,
            Errno.NOENT,
            13,
            Errno.ACCES,
            17,
            Errno.EXIST,
            18,
            Errno.NOTCAPABLE,
            20,
            Errno.NOTDIR,
            21,
            Errno.ISDIR,
            22,
            Errno.INVAL,
            36,
            Errno.NAMETOOLONG,
            40,
            Errno.LOOP);

    /** As Java passes them on, in the words of the C library. */
    private static final Map<String, Integer> OF_WORDS = Map.of(
            "No space left on device", Errno.NOSPC,
            "Disk quota exceeded", Errno.NOSPC,
            "Is a directory", Errno.ISDIR,
            "Not a directory", Errno.NOTDIR,
            "File name too long", Errno.NAMETOOLONG,
            "Too many levels of symbolic links", Errno.LOOP,
            "Read-only file system", Errno.ROFS,
            "Invalid argument", Errno.INVAL,
            "Directory not empty", Errno.NOTEMPTY);

    private final int number;

    WasiError(int number) {
        super("errno " + number);
        this.number = number;
    }

    static int of(IOException failure) {
        return switch (failure) {
            case WasiError known -> known.number;
            case Beneath.RefusedException refused -> OF_LINUX.getOrDefault(refused.errno(), Errno.IO);
            case NoSuchFileException _ -> Errno.NOENT;
            case FileAlreadyExistsException _ -> Errno.EXIST;
            case DirectoryNotEmptyException _ -> Errno.NOTEMPTY;
            case NotDirectoryException _ -> Errno.NOTDIR;
            case NotLinkException _ -> Errno.INVAL;
            case AccessDeniedException _ -> Errno.ACCES;
            default -> ofWords(String.valueOf(failure.getMessage()));
        };
    }

    private static int ofWords(String message) {
        return OF_WORDS.entrySet().stream()
                .filter(each -> message.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(Errno.IO);
    }
}
