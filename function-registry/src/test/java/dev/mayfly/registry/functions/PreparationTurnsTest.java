package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.hosting.HostPreparation;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.Zips;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.State;

/** Whose function is prepared when, and which time counts. */
class PreparationTurnsTest extends RegistryFixture {
    @Autowired
    private JdbcClient database;

    @AfterEach
    void prepareAllAgain() {
        preparationAnswer(204, "");
    }

    private static void deploy(LambdaClient lambda, String account, String name) {
        assertThat(lambda.createFunction(create -> create.functionName(name)
                                .runtime("java25")
                                .handler("a.B::c")
                                .role("arn:aws:iam::" + account + ":role/any")
                                .code(code -> code.zipFile(SdkBytes.fromByteArray(Zips.of("a", "b")))))
                        .state())
                .isEqualTo(State.PENDING);
    }

    private static State state(LambdaClient lambda, String name) {
        return lambda.getFunctionConfiguration(get -> get.functionName(name)).state();
    }

    @Test
    void oneAccountLeavesOthersTheirTurn() {
        String greedy = "444444444441";
        String other = "444444444442";
        preparationsWait();
        try (var many = lambda(greedy, Role.DEPLOYER);
                var one = lambda(other, Role.DEPLOYER)) {
            for (int i = 0; i < 6; i++) {
                deploy(many, greedy, "many-" + i);
            }
            await().until(() -> preparations(greedy).size() == 4);
            deploy(one, other, "one");
            await().until(() -> !preparations(other).isEmpty());
            assertThat(preparations(greedy)).hasSize(4);
            assertThat(preparations(other).getFirst().within()).isEqualTo(HostPreparation.USUAL);
            preparationAnswer(204, "");
            await().until(() -> state(one, "one") == State.ACTIVE);
            for (int i = 0; i < 6; i++) {
                String name = "many-" + i;
                await().until(() -> state(many, name) == State.ACTIVE);
            }
        }
    }

    /** As if every preparation had been ordered long ago. */
    private void age() {
        database.sql("update preparations set created_at = now() - interval '11 minutes'")
                .update();
    }

    @Test
    void waitingForATurnIsNotCounted() {
        preparationAnswer(429, "{}");
        try (var lambda = lambda()) {
            deploy(lambda, ACCOUNT, "in-line");
            String accountBefore = preparations(ACCOUNT).toString();
            await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20)).until(() -> {
                age();
                return state(lambda, "in-line") == State.PENDING;
            });
            assertThat(preparations(ACCOUNT).toString()).isNotEqualTo(accountBefore);
            preparationAnswer(503, "{}");
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                age();
                return state(lambda, "in-line") == State.FAILED;
            });
        }
    }
}
