package dev.mayfly.objects.blob;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Over a MinIO server, where one is found; {@link MinioServer} says how to get one. */
class MinioBlobStoreTest extends S3BlobStoreContract {
    @TempDir
    private static Path folder;

    private static MinioServer server;
    private static BlobStore store;

    @BeforeAll
    static void start() throws Exception {
        server = MinioServer.start(folder.resolve("data"), KEY, SECRET);
        store = over(server.port(), folder.resolve("spool"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    BlobStore store() {
        return store;
    }
}
