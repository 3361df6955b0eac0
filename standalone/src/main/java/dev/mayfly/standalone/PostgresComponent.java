package dev.mayfly.standalone;

import dev.mayfly.standalone.home.Secrets;
import dev.mayfly.standalone.process.Component;
import dev.mayfly.standalone.process.Launcher;
import dev.mayfly.standalone.process.OwnProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A PostgreSQL server with durability on, that listens on the loopback interface only and asks for passwords. */
final class PostgresComponent implements Component {
    static final String DATABASE = "mayfly";

    static final String SUPERUSER = "mayfly";
    private static final String ACCESS = """
            # Nothing but passwords, nothing but this machine.
            host all all 127.0.0.1/32 scram-sha-256
            """;

    private final Installation installation;
    private final Launcher launcher;
    private final Path data;
    private final DatabaseSetup setup;
    private Unprivileged account = new Unprivileged(List.of(), false);

    PostgresComponent(Installation installation, Launcher launcher) {
        this.installation = installation;
        this.launcher = launcher;
        this.data = installation.home().data().resolve("postgres");
        this.setup = new DatabaseSetup(port(), SUPERUSER, installation.secrets(), DATABASE);
    }

    static String passwordOf(Secrets secrets, String role) {
        return Objects.requireNonNull(secrets.databasePasswords().get(role), "No password for the role " + role);
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public int port() {
        return installation.settings().ports().postgres();
    }

    @Override
    public void prepare() throws IOException, InterruptedException {
        setup.disconnect();
        account = Unprivileged.find(launcher);
        Path binaries = binaries();
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialise(binaries);
        }
        endOrphans(binaries);
        // Its owner is gone: were it alive, endOrphans had ended it. Its number may belong to somebody else by now.
        Files.deleteIfExists(data.resolve("postmaster.pid"));
        Files.writeString(data.resolve("pg_hba.conf"), ACCESS);
    }

    private Path binaries() throws IOException {
        return PostgresBinaries.unpack(
                installation.distribution().postgresArchive(),
                installation.home().cache());
    }

    /** A killed server leaves processes that still hold its shared memory. */
    private static void endOrphans(Path binaries) throws InterruptedException {
        String program = binaries.resolve("bin/postgres").toString();
        OwnProcesses.kill(ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").equals(program))
                .toList());
    }

    /** Initialises a folder beside the real one, so that one that a kill interrupted is never taken for a whole one. */
    private void initialise(Path binaries) throws IOException, InterruptedException {
        Path fresh = data.resolveSibling("postgres.new");
        Folders.delete(fresh);
        Files.createDirectories(
                fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path password = installation.home().run().resolve("postgres-password");
        Files.deleteIfExists(password);
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, installation.secrets().postgresPassword());
        account.own(fresh);
        account.own(password);
        var command = new ArrayList<>(account.prefix());
        command.addAll(List.of(
                binaries.resolve("bin/initdb").toString(),
                "--pgdata=" + fresh,
                "--username=" + SUPERUSER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8"));
        Process initdb = launcher.start(command, environment(), Path.of("/"), log());
        int exit = initdb.waitFor();
        Files.deleteIfExists(password);
        if (exit != 0) {
            throw new IOException("PostgreSQL's data folder could not be made; see " + log());
        }
        Folders.delete(data);
        Files.move(fresh, data);
    }

    @Override
    public List<String> command() throws IOException {
        var command = new ArrayList<>(account.prefix());
        command.addAll(List.of(
                binaries().resolve("bin/postgres").toString(),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(port()),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=on",
                "-c",
                "synchronous_commit=on",
                "-c",
                "full_page_writes=on",
                "-c",
                "max_connections=80",
                "-c",
                "shared_buffers=64MB",
                "-c",
                "log_line_prefix=%m [%p] %u "));
        return command;
    }

    @Override
    public Map<String, String> environment() {
        var environment = new HashMap<>(installation.inheritedEnvironment());
        environment.put("LC_ALL", "C");
        return environment;
    }

    @Override
    public Path workingFolder() {
        return data;
    }

    @Override
    public Path log() {
        return installation.home().log(name());
    }

    @Override
    public boolean isHealthy() throws IOException {
        try {
            return setup.connectedAndDone();
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Ends open sessions, where the usual signal would wait for their clients. */
    @Override
    public String stopSignal() {
        return "INT";
    }
}
