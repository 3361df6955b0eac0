package dev.mayfly.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.mayfly.standalone.home.ComponentState;
import dev.mayfly.standalone.home.Home;
import dev.mayfly.standalone.home.Secrets;
import dev.mayfly.standalone.home.SuiteState;
import dev.mayfly.standalone.home.SuiteState.Phase;
import dev.mayfly.standalone.process.OwnProcesses;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real Kafka and PostgreSQL under a real supervisor, without services. */
class SupervisorTest {
    private static final List<String> LINKED = List.of("kafka", "postgres");
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    private Path folder;

    private final int base = Suites.freeBase();
    private Home home;
    private OwnProcesses own;

    @BeforeEach
    void prepare() {
        home = new Home(folder.resolve("home"));
        own = new OwnProcesses(home.root());
    }

    @AfterEach
    void endAll() throws IOException, InterruptedException {
        OwnProcesses.kill(own.find());
        for (String part : LINKED) {
            Files.deleteIfExists(folder.resolve("dist").resolve(part));
        }
    }

    @Test
    void nothingIsLostWhenEverythingIsKilledAtOnce() throws Exception {
        start();
        SuiteState state = await(s -> s.phase() == Phase.READY);
        try (Connection database = database();
                var statement = database.createStatement()) {
            statement.execute("create table ledger (line int)");
            statement.execute("insert into ledger values (42)");
        }
        produce("kept");

        OwnProcesses.kill(own.find());
        assertThat(own.find()).isEmpty();

        start();
        await(s -> s.phase() == Phase.READY && !s.supervisor().equals(state.supervisor()));
        try (Connection database = database();
                var rows = database.createStatement().executeQuery("select line from ledger")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
        }
        assertThat(consumed()).isEqualTo("kept");
    }

    @Test
    void aKilledComponentComesBackAndNothingStaysBehindAtTheEnd() throws Exception {
        Process supervisor = start();
        SuiteState before = await(s -> s.phase() == Phase.READY);
        ComponentState postgres = component(before, "postgres");

        ProcessHandle.of(postgres.pid()).orElseThrow().destroyForcibly();

        SuiteState after = await(s -> component(s, "postgres").restarts() == 1
                && component(s, "postgres").condition() == ComponentState.Condition.READY);
        assertThat(component(after, "postgres").pid()).isNotEqualTo(postgres.pid());
        assertThat(component(after, "kafka").restarts()).isZero();
        database().close();

        supervisor.destroy();
        assertThat(supervisor.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(own.find()).isEmpty();
    }

    @Test
    void theSecondOfTwoSupervisorsGivesWay() throws Exception {
        start();
        await(s -> s.phase() == Phase.READY);

        Process second = start();

        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(Supervisor.BUSY);
        assertThat(await(s -> true).phase()).isEqualTo(Phase.READY);
    }

    @Test
    void aRoleOwnsItsSchemaAndReadsNoOther() throws Exception {
        start();
        await(s -> s.phase() == Phase.READY);

        try (Connection database = database();
                var statement = database.createStatement()) {
            statement.execute("create table identity.mine (line int)");
            assertThat(statement.executeQuery("select 1 from mine").next()).isFalse();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> statement.execute("create table billing.theirs (line int)")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("permission denied");
        }
    }

    private Process start() throws IOException {
        Path distribution = Files.createDirectories(folder.resolve("dist"));
        Files.createDirectories(distribution.resolve("lib"));
        for (String part : LINKED) {
            Path link = distribution.resolve(part);
            if (!Files.exists(link)) {
                Files.createSymbolicLink(link, Path.of("target/dist", part).toAbsolutePath());
            }
        }
        var builder = new ProcessBuilder(
                        JavaCommand.java().toString(),
                        own.mark(),
                        OwnProcesses.SUPERVISOR,
                        "-Xmx192m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.mayfly.standalone.Supervisor",
                        distribution.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(folder.toFile(), "supervisor.log")));
        builder.environment().put("MAYFLY_HOME", home.root().toString());
        builder.environment().put("MAYFLY_INTERNAL_PORT_BASE", Integer.toString(base));
        builder.environment().put("MAYFLY_AOT", "off");
        return builder.start();
    }

    private SuiteState await(Predicate<SuiteState> condition) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(deadline)) {
            Optional<SuiteState> state = SuiteState.read(home.state());
            if (state.isPresent() && condition.test(state.get())) {
                return state.get();
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return fail("The suite did not get there: "
                + Files.readString(folder.resolve("supervisor.log"), StandardCharsets.UTF_8));
    }

    private static ComponentState component(SuiteState state, String name) {
        return state.components().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Connection database() throws IOException, SQLException {
        Secrets secrets = Secrets.loadOrCreate(home, ServiceCatalog.databaseRoles());
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + (base + 9) + "/mayfly",
                "identity",
                secrets.databasePasswords().get("identity"));
    }

    private Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", "127.0.0.1:" + (base + 10));
    }

    private void produce(String text) throws Exception {
        try (var admin = Admin.create(kafka());
                var producer = new KafkaProducer<>(kafka(), new StringSerializer(), new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("letters", 1, (short) 1)))
                    .all()
                    .get();
            producer.send(new ProducerRecord<>("letters", text)).get();
        }
    }

    private String consumed() {
        try (var consumer = new KafkaConsumer<>(kafka(), new StringDeserializer(), new StringDeserializer())) {
            var partition = new TopicPartition("letters", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Instant deadline = Instant.now().plus(PATIENCE);
            while (Instant.now().isBefore(deadline)) {
                for (var letter : consumer.poll(Duration.ofSeconds(1))) {
                    return letter.value();
                }
            }
            return fail("Nothing came back from Kafka");
        }
    }
}
