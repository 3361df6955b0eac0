package dev.mayfly.sandbox.contract.guests;

import dev.mayfly.sandbox.api.FunctionCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** An extension in Python that does what the words of its name say, beside any guest. */
public final class Extension {
    private Extension() {}

    /** The guest with an extension of that name, in a layer that is written into {@code folder}. */
    public static FunctionCode beside(FunctionCode code, String name, Path folder) throws IOException {
        Path file = Files.createDirectories(folder.resolve("extensions")).resolve(name);
        Files.writeString(file, GuestSource.resource("extension"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
        return new FunctionCode(
                code.directory(), name + "-" + code.sha256(), code.runtime(), code.handler(), folder, null);
    }
}
