package dev.mayfly.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** A real PostgreSQL for the tests of this JVM: started at the first use, gone with the JVM. */
public final class TestPostgres {
    private static final class Server {
        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                var postgres = EmbeddedPostgres.builder()
                        .setPGStartupWait(Duration.ofSeconds(60))
                        .start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(postgres)));
                return postgres;
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL for tests did not start", e);
            }
        }

        private static void stop(EmbeddedPostgres postgres) {
            try {
                postgres.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private TestPostgres() {}

    /**
     * Makes {@code schema} anew, with all that was in it dropped, owned by a role of the same name whose password is the
     * same again.
     *
     * @return the JDBC URL of that schema, user and password included
     */
    public static String url(String schema) {
        try (Connection admin = Server.POSTGRES.getPostgresDatabase().getConnection();
                var statement = admin.createStatement()) {
            statement.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
            statement.execute("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + schema
                    + "') THEN CREATE ROLE " + schema + " LOGIN PASSWORD '" + schema + "'; END IF; END $$");
            statement.execute("CREATE SCHEMA " + schema + " AUTHORIZATION " + schema);
        } catch (SQLException e) {
            throw new IllegalStateException("The schema " + schema + " could not be made", e);
        }
        return "jdbc:postgresql://127.0.0.1:" + Server.POSTGRES.getPort() + "/postgres?currentSchema=" + schema
                + "&user=" + schema + "&password=" + schema;
    }
}
