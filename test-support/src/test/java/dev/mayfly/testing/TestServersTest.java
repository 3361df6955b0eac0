package dev.mayfly.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class TestServersTest {
    @Test
    void postgresGivesEachSchemaToItsOwnRole() throws Exception {
        try (var connection = DriverManager.getConnection(TestPostgres.url("alpha"));
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t (id int)");
            var row = statement.executeQuery("SELECT current_user, current_schema");
            row.next();
            assertThat(row.getString(1)).isEqualTo("alpha");
            assertThat(row.getString(2)).isEqualTo("alpha");
        }
    }

    @Test
    void kafkaAnswers() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", (Object) TestKafka.bootstrapServers()))) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
        }
    }
}
