package dev.mayfly.standalone;

import dev.mayfly.standalone.process.Component;
import dev.mayfly.standalone.process.Launcher;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** One Kafka broker that is its own controller, from its own set of jars. */
final class KafkaComponent implements Component {
    private static final String CONFIGURATION = """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%2$d
            listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
            advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
            controller.listener.names=CONTROLLER
            inter.broker.listener.name=PLAINTEXT
            listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
            log.dirs=%3$s
            offsets.topic.replication.factor=1
            offsets.topic.num.partitions=4
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            transaction.state.log.num.partitions=4
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            share.coordinator.state.topic.num.partitions=4
            group.initial.rebalance.delay.ms=0
            num.network.threads=2
            num.io.threads=4
            log.cleaner.dedupe.buffer.size=16777216
            broker.heartbeat.interval.ms=500
            broker.session.timeout.ms=3000
            auto.create.topics.enable=false
            """;

    private final Installation installation;
    private final Launcher launcher;
    private final Path data;
    private final int port;
    private final int controllerPort;
    private final Path log;
    private final JavaCommand java;

    KafkaComponent(Installation installation, Launcher launcher) {
        this(
                installation,
                launcher,
                installation.home().data().resolve("kafka"),
                installation.settings().ports().kafka(),
                installation.settings().ports().kafkaController(),
                installation.home().log("kafka"));
    }

    /** A broker apart from the suite's, for training. */
    KafkaComponent(Installation installation, Launcher launcher, Path data, int port, int controllerPort, Path log) {
        this.installation = installation;
        this.launcher = launcher;
        this.data = data;
        this.port = port;
        this.controllerPort = controllerPort;
        this.log = log;
        List<Path> jars = Distribution.jars(installation.distribution().kafka());
        String classPath = jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        this.java = new JavaCommand(
                "kafka",
                List.of(
                        "-Xmx256m",
                        "-Xms64m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-Dorg.slf4j.simpleLogger.showDateTime=true",
                        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS"),
                List.of("-cp", classPath, "kafka.Kafka", configuration(data).toString()),
                jars);
    }

    JavaCommand java() {
        return java;
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void prepare() throws IOException, InterruptedException {
        if (!Files.exists(data.resolve("meta.properties"))) {
            format();
        }
        configure(data, data);
    }

    /** Formats a folder beside the real one, so that one that a kill interrupted is never taken for a whole one. */
    private void format() throws IOException, InterruptedException {
        Path fresh = data.resolveSibling(data.getFileName() + ".new");
        Folders.delete(fresh);
        Files.createDirectories(fresh);
        configure(fresh, fresh);
        String classPath = java.main().get(1);
        Process format = launcher.start(
                List.of(
                        JavaCommand.java().toString(),
                        installation.mark(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        "kafka.tools.StorageTool",
                        "format",
                        "-t",
                        clusterId(),
                        "-c",
                        configuration(fresh).toString()),
                environment(),
                fresh,
                log());
        if (format.waitFor() != 0) {
            throw new IOException("Kafka's storage could not be formatted; see " + log());
        }
        Files.delete(configuration(fresh));
        // An empty or unformatted folder may be in the way.
        Folders.delete(data);
        Files.move(fresh, data);
    }

    private void configure(Path folder, Path logs) throws IOException {
        Files.writeString(configuration(folder), CONFIGURATION.formatted(port, controllerPort, logs));
    }

    private static Path configuration(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".properties");
    }

    private static String clusterId() {
        UUID id = UUID.randomUUID();
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        // A leading '-' would be taken for an option.
        return "M"
                + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).substring(1);
    }

    @Override
    public List<String> command() {
        return java.run(installation.aotCaches(), installation.mark());
    }

    @Override
    public Map<String, String> environment() {
        return new HashMap<>(installation.inheritedEnvironment());
    }

    @Override
    public Path workingFolder() {
        return installation.home().data();
    }

    @Override
    public Path log() {
        return log;
    }

    @Override
    public boolean isHealthy() throws IOException {
        return Health.kafka(port);
    }
}
