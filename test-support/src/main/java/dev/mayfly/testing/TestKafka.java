package dev.mayfly.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/** A real single-node Kafka broker, share groups included, for the tests of this JVM: started at the first use. */
public final class TestKafka {
    private static final class Broker {
        private static final int STRAY_PORT = freePort();
        private static final String BOOTSTRAP = start();

        private static String start() {
            try {
                Path data = Files.createTempDirectory("mayfly-test-kafka");
                int port = freePort();
                Path file = data.resolve("server.properties");
                Properties config = config(data.resolve("log"), port, freePort());
                try (var out = Files.newBufferedWriter(file)) {
                    config.store(out, null);
                }
                format(file);
                var server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
                server.startup();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    server.shutdown();
                    server.awaitShutdown();
                    delete(data);
                }));
                return "127.0.0.1:" + port;
            } catch (IOException e) {
                throw new UncheckedIOException("Kafka for tests did not start", e);
            }
        }

        private static void format(Path config) {
            String[] args = {"format", "--cluster-id", Uuid.randomUuid().toString(), "--config", config.toString()};
            var quiet = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            if (StorageTool.execute(args, quiet) != 0) {
                throw new IllegalStateException("Kafka's storage could not be formatted");
            }
        }

        private static Properties config(Path log, int port, int controllerPort) {
            var config = new Properties();
            config.put("process.roles", "broker,controller");
            config.put("node.id", "1");
            config.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
            config.put(
                    "listeners",
                    "PLAINTEXT://127.0.0.1:" + port + ",STRAY://127.0.0.1:" + STRAY_PORT + ",CONTROLLER://127.0.0.1:"
                            + controllerPort);
            config.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port + ",STRAY://127.0.0.2:" + STRAY_PORT);
            config.put("controller.listener.names", "CONTROLLER");
            config.put("inter.broker.listener.name", "PLAINTEXT");
            config.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,STRAY:PLAINTEXT");
            config.put("log.dirs", log.toString());
            config.put("offsets.topic.replication.factor", "1");
            config.put("offsets.topic.num.partitions", "4");
            config.put("transaction.state.log.replication.factor", "1");
            config.put("transaction.state.log.min.isr", "1");
            config.put("transaction.state.log.num.partitions", "4");
            config.put("share.coordinator.state.topic.replication.factor", "1");
            config.put("share.coordinator.state.topic.min.isr", "1");
            config.put("share.coordinator.state.topic.num.partitions", "4");
            config.put("group.initial.rebalance.delay.ms", "0");
            config.put("num.network.threads", "2");
            config.put("num.io.threads", "4");
            config.put("log.cleaner.dedupe.buffer.size", "16777216");
            return config;
        }

        private static int freePort() {
            try (var socket = new ServerSocket(0)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException("No port is free", e);
            }
        }

        private static void delete(Path folder) {
            try (var files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .map(Path::toFile)
                        .forEach(java.io.File::delete);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private TestKafka() {}

    /** {@code host:port} of the broker. */
    public static String bootstrapServers() {
        return Broker.BOOTSTRAP;
    }

    /** The same broker by an address under which it names 127.0.0.2, with the same port, where it is not. */
    public static String strayServers() {
        return "127.0.0.1:" + Broker.STRAY_PORT;
    }
}
