package dev.mayfly.sandbox.wasm;

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
    static final int ACCES = 2;
    static final int BADF = 8;
    static final int EXIST = 20;
    static final int INVAL = 28;
    static final int IO = 29;
    static final int ISDIR = 31;
    static final int LOOP = 32;
    static final int MFILE = 33;
    static final int NAMETOOLONG = 37;
    static final int NOENT = 44;
    static final int NOSPC = 51;
    static final int NOSYS = 52;
    static final int NOTDIR = 54;
    static final int NOTEMPTY = 55;
    static final int NOTSUP = 58;
    static final int OVERFLOW = 61;
    static final int ROFS = 69;
    static final int NOTCAPABLE = 76;

    private static final long serialVersionUID = 1L;

    /** Linux's numbers that {@code openat2} gives. Who would leave the volume (EXDEV) lacks the capability. */
    private static final Map<Integer, Integer> OF_LINUX = Map.of(
            2,
            NOENT,
            13,
            ACCES,
            17,
            EXIST,
            18,
            NOTCAPABLE,
            20,
            NOTDIR,
            21,
            ISDIR,
            22,
            INVAL,
            36,
            NAMETOOLONG,
            40,
            LOOP);

    /** As Java passes them on, in the words of the C library. */
    private static final Map<String, Integer> OF_WORDS = Map.of(
            "No space left on device", NOSPC,
            "Disk quota exceeded", NOSPC,
            "Is a directory", ISDIR,
            "Not a directory", NOTDIR,
            "File name too long", NAMETOOLONG,
            "Too many levels of symbolic links", LOOP,
            "Read-only file system", ROFS,
            "Invalid argument", INVAL,
            "Directory not empty", NOTEMPTY);

    private final int number;

    WasiError(int number) {
        super("errno " + number);
        this.number = number;
    }

    static int of(IOException failure) {
        return switch (failure) {
            case WasiError known -> known.number;
            case Beneath.RefusedException refused -> OF_LINUX.getOrDefault(refused.errno(), IO);
            case NoSuchFileException _ -> NOENT;
            case FileAlreadyExistsException _ -> EXIST;
            case DirectoryNotEmptyException _ -> NOTEMPTY;
            case NotDirectoryException _ -> NOTDIR;
            case NotLinkException _ -> INVAL;
            case AccessDeniedException _ -> ACCES;
            default -> ofWords(String.valueOf(failure.getMessage()));
        };
    }

    private static int ofWords(String message) {
        return OF_WORDS.entrySet().stream()
                .filter(each -> message.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(IO);
    }
}
