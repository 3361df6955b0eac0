package dev.mayfly.objects.blob;

import io.minio.MinioClient;
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
class S3BlobStoreTest extends BlobStoreContract {
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
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "peer", "peer-secret")
                .build();
        proxy.start();
        MinioClient client = MinioClient.builder()
                .endpoint("http://127.0.0.1:" + proxy.getPort())
                .credentials("peer", "peer-secret")
                .region("us-east-1")
                .build();
        store = new S3BlobStore(client, "mayfly-blobs", folder.resolve("spool"));
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
