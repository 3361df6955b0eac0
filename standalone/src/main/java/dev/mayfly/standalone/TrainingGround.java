package dev.mayfly.standalone;

import dev.mayfly.standalone.process.Launcher;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * What trained components stand on, apart from the running suite: a Kafka of its own, a database of its own in the suite's
 * PostgreSQL, and folders of its own. So a trained service may start whole and disturbs nothing.
 */
final class TrainingGround {
    private static final String DATABASE = "mayfly_training";
    private static final String NOBODY = "http://127.0.0.1:9";

    private final Installation installation;
    private final Path folder;
    private final DatabaseSetup database;
    private final KafkaComponent kafka;

    TrainingGround(Installation installation, Launcher launcher, Path log) throws IOException {
        this.installation = installation;
        this.folder = installation.home().cache().resolve("training");
        this.database = new DatabaseSetup(
                installation.settings().ports().postgres(),
                PostgresComponent.SUPERUSER,
                installation.secrets(),
                DATABASE);
        this.kafka = new KafkaComponent(installation, launcher, folder.resolve("kafka"), freePort(), freePort(), log);
    }

    /** Makes it, with nothing left of an earlier one. */
    void open() throws IOException, InterruptedException {
        Folders.delete(folder);
        try {
            database.drop();
            database.connectedAndDone();
        } catch (SQLException e) {
            throw new IOException("the database for training cannot be made: " + e.getMessage(), e);
        }
        kafka.prepare();
    }

    KafkaComponent kafka() {
        return kafka;
    }

    /** The service's environment, moved here. */
    Map<String, String> environment(ServiceComponent service, int port) {
        var environment = new HashMap<>(service.environment());
        environment.replaceAll((name, value) -> name.endsWith("_URL") ? NOBODY : value);
        environment.put("SERVER_PORT", Integer.toString(port));
        environment.put("MAYFLY_KAFKA", "127.0.0.1:" + kafka.port());
        environment.put("MAYFLY_DATA", folder.resolve(service.name()).toString());
        String url = service.environment().get("MAYFLY_DATABASE_URL");
        if (url != null) {
            environment.put(
                    "MAYFLY_DATABASE_URL", url.replace("/" + PostgresComponent.DATABASE + "?", "/" + DATABASE + "?"));
        }
        return environment;
    }

    /** Takes it away; everything that was trained on it has ended. */
    void close() throws IOException {
        Folders.delete(folder);
        try {
            database.drop();
        } catch (SQLException e) {
            throw new IOException("the database for training cannot be removed: " + e.getMessage(), e);
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
