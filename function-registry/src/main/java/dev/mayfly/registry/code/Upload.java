package dev.mayfly.registry.code;

import dev.mayfly.registry.lambda.LambdaError;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A zip on its way in: a file of its own, gone when this is closed. For one thread. */
public final class Upload implements AutoCloseable {
    private final Uploads uploads;
    private final MessageDigest digest;
    private @Nullable Path file;

    Upload(Uploads uploads) {
        this.uploads = uploads;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }

    /**
     * Where the zip is to be written, once. Waits for a turn.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException TooManyRequestsException when too many others upload
     */
    public OutputStream open() throws IOException {
        if (file != null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Please provide only one zip.");
        }
        Path opened = uploads.newFile();
        file = opened;
        return new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(opened)), digest);
    }

    /** Whether a zip was written. */
    public boolean isPresent() {
        return file != null;
    }

    /** Where it lies until this is closed. */
    public Path file() {
        if (file == null) {
            throw new IllegalStateException("No zip was received");
        }
        return file;
    }

    /** Hex digest of what was written. */
    public String sha256() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("This Java runtime cannot copy a SHA-256 digest", e);
        }
    }

    /** Bytes that were written. */
    public long size() {
        try {
            return Files.size(file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (file != null) {
            uploads.remove(file);
            file = null;
        }
    }
}
