package dev.mayfly.standalone;

import dev.mayfly.standalone.home.Secrets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The one database of the suite: a role and a schema a service, made when missing; and proof that it is durable. */
final class DatabaseSetup {
    private static final List<String> DURABILITY = List.of("fsync", "synchronous_commit", "full_page_writes");
    private static final int PROBE_SECONDS = 2;
    private static final String NO_SUCH_DATABASE = "3D000";

    private final int port;
    private final String user;
    private final Secrets secrets;
    private final String database;
    private @Nullable Connection connection;

    DatabaseSetup(int port, String user, Secrets secrets, String database) {
        this.port = port;
        this.user = user;
        this.secrets = secrets;
        this.database = database;
    }

    /** Connects to the server and sets it up if that has not been done since it started; then asks whether it is there. */
    boolean connectedAndDone() throws SQLException {
        Connection known = connection;
        if (known != null && known.isValid(PROBE_SECONDS)) {
            return true;
        }
        disconnect();
        Connection fresh = connect();
        try {
            verifyDurability(fresh);
            createRoles(fresh);
        } catch (SQLException e) {
            fresh.close();
            throw e;
        }
        connection = fresh;
        return true;
    }

    void disconnect() {
        Connection known = connection;
        connection = null;
        if (known != null) {
            try {
                known.close();
            } catch (SQLException e) {
                // The server it led to is gone.
            }
        }
    }

    /** Ends every connection to the database and removes it with all that is in it. */
    void drop() throws SQLException {
        disconnect();
        try (Connection server = open("postgres");
                Statement statement = server.createStatement()) {
            statement.execute("drop database if exists " + database + " with (force)");
        }
    }

    private Connection connect() throws SQLException {
        try {
            return open(database);
        } catch (SQLException e) {
            if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
                throw e;
            }
        }
        try (Connection first = open("postgres");
                Statement statement = first.createStatement()) {
            statement.execute("create database " + database);
        }
        return open(database);
    }

    private Connection open(String database) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", secrets.postgresPassword());
        properties.setProperty("connectTimeout", "3");
        properties.setProperty("socketTimeout", "10");
        properties.setProperty("ApplicationName", "mayfly-supervisor");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
    }

    private static void verifyDurability(Connection connection) throws SQLException {
        for (String setting : DURABILITY) {
            try (Statement statement = connection.createStatement();
                    ResultSet value = statement.executeQuery("select current_setting('" + setting + "')")) {
                if (!value.next() || !value.getString(1).equals("on")) {
                    throw new SQLException("PostgreSQL runs with " + setting + " off: data would be lost at a crash");
                }
            }
        }
    }

    private void createRoles(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("revoke all on schema public from public");
            for (String role : ServiceCatalog.databaseRoles()) {
                String password = PostgresComponent.passwordOf(secrets, role);
                statement.execute("""
                        do $$ begin
                          if not exists (select from pg_roles where rolname = '%1$s') then
                            create role %1$s login;
                          end if;
                        end $$""".formatted(role));
                statement.execute("alter role %1$s password '%2$s'".formatted(role, password));
                statement.execute("alter role %1$s set search_path = %1$s".formatted(role));
                statement.execute("create schema if not exists %1$s authorization %1$s".formatted(role));
            }
        }
    }
}
