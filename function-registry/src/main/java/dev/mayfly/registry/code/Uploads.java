package dev.mayfly.registry.code;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.LambdaError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/** The folder in which zips lie while they are received and checked, and how many may at once. */
@Component
public class Uploads implements ApplicationRunner {
    private static final Logger log = LoggerFactory.getLogger(Uploads.class);

    private final Path folder;
    private final Semaphore turns;
    private final Duration wait;

    Uploads(RegistryProperties properties) {
        this.folder = properties.data().resolve("uploads");
        this.turns = new Semaphore(properties.limits().concurrentUploads(), true);
        this.wait = properties.limits().uploadWait();
    }

    /** Removes what a killed process left. */
    @Override
    public void run(ApplicationArguments args) throws IOException {
        Files.createDirectories(folder);
        try (var left = Files.newDirectoryStream(folder, "*.zip")) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** An upload that may come; it costs nothing until it is opened. */
    public Upload begin() {
        return new Upload(this);
    }

    Path newFile() throws IOException {
        try {
            if (!turns.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw LambdaError.TOO_MANY_REQUESTS.with(
                        "Too many uploads of function code are under way. Try again in a moment.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LambdaError.SERVICE.with("The function registry is stopping.");
        }
        try {
            Files.createDirectories(folder);
            return Files.createTempFile(folder, "upload-", ".zip");
        } catch (IOException e) {
            turns.release();
            throw e;
        }
    }

    void remove(Path file) {
        turns.release();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("The upload {} could not be removed", file, e);
        }
    }
}
