package dev.mayfly.standalone;

import dev.mayfly.standalone.process.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A service of the suite. */
final class ServiceComponent implements Component {
    private static final String LOOPBACK = "127.0.0.1";

    private final ServiceCatalog service;
    private final Installation installation;
    private final JavaCommand java;

    ServiceComponent(ServiceCatalog service, Installation installation, Path jar) throws IOException {
        this.service = service;
        this.installation = installation;
        var options = new ArrayList<>(List.of("-Xmx192m", "-Xms32m"));
        if (!service.isHot()) {
            options.add("-XX:TieredStopAtLevel=1");
        }
        this.java = new JavaCommand(
                service.module(), options, List.of("-jar", jar.toString()), existing(JarClassPath.of(jar)));
    }

    JavaCommand java() {
        return java;
    }

    @Override
    public String name() {
        return service.module();
    }

    @Override
    public int port() {
        return service.port(installation.settings().ports());
    }

    @Override
    public void prepare() throws IOException {
        Files.createDirectories(data());
    }

    @Override
    public List<String> command() {
        return java.run(installation.aotCaches(), installation.mark());
    }

    @Override
    public Map<String, String> environment() {
        var ports = installation.settings().ports();
        var secrets = installation.secrets();
        var environment = new HashMap<>(installation.inheritedEnvironment());
        for (ServiceCatalog other : ServiceCatalog.values()) {
            environment.put(other.urlVariable(), "http://127.0.0.1:" + other.port(ports));
        }
        environment.put(service.portVariable(), Integer.toString(port()));
        environment.put(
                "MAYFLY_BIND",
                service == ServiceCatalog.GATEWAY ? installation.settings().bind() : LOOPBACK);
        environment.put("MAYFLY_REGION", installation.settings().region());
        environment.put("MAYFLY_KAFKA", "127.0.0.1:" + ports.kafka());
        environment.put("MAYFLY_DATA", data().toString());
        environment.put("MAYFLY_TRUST_KEY", secrets.trustKey());
        if (service.needsMasterKey()) {
            environment.put("MAYFLY_MASTER_KEY", secrets.masterKey());
        }
        if (service == ServiceCatalog.OBJECTS) {
            environment.put("MAYFLY_OBJECTS_MASTER_KEY", secrets.objectKey());
            environment.put("MAYFLY_OBJECTS_FORMER_MASTER_KEYS", String.join(",", secrets.formerObjectKeys()));
        }
        if (service == ServiceCatalog.IDENTITY) {
            environment.put(
                    "MAYFLY_BOOTSTRAP_ACCESS_KEY_ID", installation.credentials().accessKeyId());
            environment.put(
                    "MAYFLY_BOOTSTRAP_SECRET_ACCESS_KEY",
                    installation.credentials().secretAccessKey());
        }
        service.databaseRole().ifPresent(role -> {
            environment.put(
                    "MAYFLY_DATABASE_URL",
                    "jdbc:postgresql://127.0.0.1:" + ports.postgres() + "/" + PostgresComponent.DATABASE
                            + "?currentSchema=" + role);
            environment.put("MAYFLY_DATABASE_USER", role);
            environment.put("MAYFLY_DATABASE_PASSWORD", PostgresComponent.passwordOf(secrets, role));
        });
        return environment;
    }

    @Override
    public Path workingFolder() {
        return data();
    }

    @Override
    public Path log() {
        return installation.home().log(name());
    }

    @Override
    public boolean isHealthy() throws IOException {
        return Health.http(port(), service.healthPath());
    }

    @Override
    public boolean leavesProcesses() {
        return service == ServiceCatalog.HOST;
    }

    /** Where the service says whether it can work. */
    String healthPath() {
        return service.healthPath();
    }

    private Path data() {
        return installation.home().data().resolve(name());
    }

    private static List<Path> existing(List<Path> jars) {
        return jars.stream().filter(Files::exists).toList();
    }
}
