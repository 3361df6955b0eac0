package dev.mayfly.objects.blob;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minio.MinioClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds over every S3 server. */
abstract class S3BlobStoreContract extends BlobStoreContract {
    static final String KEY = "peer";
    static final String SECRET = "peer-secret";

    static BlobStore over(int port, Path spool) throws IOException {
        MinioClient client = MinioClient.builder()
                .endpoint("http://127.0.0.1:" + port)
                .credentials(KEY, SECRET)
                .region("us-east-1")
                .build();
        return new S3BlobStore(client, "mayfly-blobs", spool);
    }

    @Test
    void aServerThatIsNotThereIsAnErrorAndLeavesNothingBehind(@TempDir Path spool) throws IOException {
        int port;
        try (var nobody = new ServerSocket(0)) {
            port = nobody.getLocalPort();
        }
        BlobStore gone = over(port, spool);
        assertThatThrownBy(gone::check).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> gone.read(BlobIds.next(), 0, 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> gone.delete(BlobIds.next())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> {
                    try (BlobWrite write = gone.begin()) {
                        write.write(random(10), 0, 10);
                        write.commit();
                    }
                })
                .isInstanceOf(IOException.class);
        try (var left = Files.list(spool)) {
            org.assertj.core.api.Assertions.assertThat(left).isEmpty();
        }
    }
}
