package dev.mayfly.objects.blob;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Over S3Proxy, which keeps its objects in a directory. */
class S3BlobStoreTest extends S3BlobStoreContract {
    @TempDir
    private static Path folder;

    private static S3Proxy proxy;
    private static BlobStore store;

    @BeforeAll
    static void start() throws Exception {
        var backend = new FilesystemNio2BlobStore(
                Files.createDirectory(folder.resolve("peer")).toString());
        proxy = S3Proxy.builder()
                .blobStore(backend)
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
                .build();
        proxy.start();
        store = over(proxy.getPort(), folder.resolve("spool"));
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.stop();
    }

    @Override
    BlobStore store() {
        return store;
    }
}
