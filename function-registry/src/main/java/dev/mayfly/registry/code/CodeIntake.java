package dev.mayfly.registry.code;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.Constraints;
import dev.mayfly.registry.lambda.LambdaError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Takes code in: from the request or a bucket, checked, and kept in the object store under its digest. */
@Component
public class CodeIntake {
    private static final Pattern BUCKET = Pattern.compile("[0-9A-Za-z\\.\\-_]*(?<!\\.)");

    private final CodeStore store;
    private final CodeHolds holds;
    private final RegistryProperties properties;

    CodeIntake(CodeStore store, CodeHolds holds, RegistryProperties properties) {
        this.store = store;
        this.holds = holds;
        this.properties = properties;
    }

    /**
     * Code that was checked.
     *
     * @param sha256 hex
     * @param size bytes of the zip
     */
    public record Checked(String sha256, long size, CodeContents contents) {}

    /**
     * Checks the zip that came with the request, or fetches and checks the one in the bucket.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException when there is none, or none to deploy
     */
    public Checked check(Upload upload, @Nullable String bucket, @Nullable String key, Caller caller) {
        new Constraints()
                .length("s3Bucket", bucket, 3, 63)
                .pattern("s3Bucket", bucket, BUCKET)
                .length("s3Key", key, 1, 1024)
                .check();
        long unzipped = properties.limits().unzipped().toBytes();
        try {
            if (upload.isPresent()) {
                if (bucket != null || key != null) {
                    throw LambdaError.INVALID_PARAMETER_VALUE.with(
                            "Please do not provide other FunctionCode parameters when providing a ZipFile.");
                }
            } else if (bucket != null && key != null) {
                try (var out = upload.open()) {
                    store.download(bucket, key, caller, unzipped, out);
                }
            } else {
                throw LambdaError.INVALID_PARAMETER_VALUE.with(
                        "Please provide a source for function code: ZipFile, or S3Bucket and S3Key.");
            }
            if (upload.size() == 0) {
                throw LambdaError.INVALID_PARAMETER_VALUE.with("Uploaded file must be a non-empty zip");
            }
            CodeContents contents = ZipInspection.inspect(
                    upload.file(), unzipped, properties.limits().zipEntries());
            return new Checked(upload.sha256(), upload.size(), contents);
        } catch (BadZipException e) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stores checked code where it is not stored yet, and keeps it until the deployment is committed. */
    public void keep(Upload upload, String sha256) {
        holds.hold(sha256, properties.codeKeeping().upload());
        if (store.exists(sha256)) {
            return;
        }
        try {
            store.put(sha256, upload.file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies an object that the caller may read into {@code upload}, smaller than {@code limit} bytes. */
    public void download(String bucket, String key, Caller caller, long limit, Upload upload) throws IOException {
        try (var out = upload.open()) {
            store.download(bucket, key, caller, limit, out);
        }
    }
}
