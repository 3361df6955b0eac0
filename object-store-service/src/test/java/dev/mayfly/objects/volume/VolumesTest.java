package dev.mayfly.objects.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.contracts.volume.VolumeOrders;
import dev.mayfly.contracts.volume.VolumeReport;
import dev.mayfly.objects.testing.RunningStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class VolumesTest {
    private static final long GIGABYTE = 1L << 30;

    private final RunningStore store = RunningStore.get();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String name =
            "fsap-0" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    private final String account = Long.toString(300_000_000_000L + (System.nanoTime() & 0xFFFFFFF));

    private record Said(int status, JsonNode body) {}

    private Said say(String method, String path, String voucher, Object body) throws IOException, InterruptedException {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + store.port() + path))
                        .header(Voucher.HEADER, voucher)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        return new Said(
                answer.statusCode(),
                Json.mapper()
                        .readTree(answer.body().length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : answer.body()));
    }

    private Said asUser(String method, String path, String caller, Role role) throws IOException, InterruptedException {
        return say(method, path, store.voucher(caller, role, path, RunningStore.unsigned()), "");
    }

    private Said asOwner(String method, String path) throws IOException, InterruptedException {
        return asUser(method, path, account, Role.OWNER);
    }

    private Said asHost(String method, String path, Object body) throws IOException, InterruptedException {
        return say(method, path, store.bean(Vouching.class).issueForService("sandbox-host", account), body);
    }

    private VolumeOrders.Order report(long bytes, long files, int sandboxes) throws IOException, InterruptedException {
        var report =
                new VolumeReport("host-1", List.of(new VolumeReport.Measured(account, name, bytes, files, sandboxes)));
        Said said = asHost("POST", VolumeReport.PATH, report);
        assertThat(said.status()).isEqualTo(200);
        return Json.mapper()
                .treeToValue(said.body(), VolumeOrders.class)
                .orders()
                .getFirst();
    }

    @Test
    void aVolumeIsMadeByItsFirstMountAndGoesWhenItIsUnused() throws Exception {
        assertThat(asOwner("GET", "/v1/volumes").body().get("volumes")).isEmpty();
        assertThat(asOwner("GET", "/v1/volumes/" + name).status()).isEqualTo(404);
        Said grant = asHost("PUT", "/internal/volumes/" + account + "/" + name, "");
        assertThat(grant.body().get("quotaBytes").asLong()).isEqualTo(10 * GIGABYTE);
        assertThat(report(5000, 3, 2).quotaBytes()).isEqualTo(10 * GIGABYTE);
        JsonNode shown = asOwner("GET", "/v1/volumes").body().get("volumes").get(0);
        assertThat(shown.get("volume").asString()).isEqualTo(name);
        assertThat(shown.get("arn").asString())
                .isEqualTo("arn:aws:elasticfilesystem:us-east-1:" + account + ":access-point/" + name);
        assertThat(shown.get("bytes").asLong()).isEqualTo(5000);
        assertThat(shown.get("files").asLong()).isEqualTo(3);
        assertThat(shown.get("sandboxes").asInt()).isEqualTo(2);

        assertThat(asOwner("DELETE", "/v1/volumes/" + name).status()).isEqualTo(409);
        assertThat(report(4000, 2, 0).deleted()).isFalse();
        assertThat(asOwner("DELETE", "/v1/volumes/" + name).status()).isEqualTo(202);
        assertThat(asHost("PUT", "/internal/volumes/" + account + "/" + name, "")
                        .status())
                .isEqualTo(409);
        assertThat(report(4000, 2, 0).deleted()).isTrue();
        assertThat(asHost("DELETE", "/internal/volumes/" + account + "/" + name, "")
                        .status())
                .isEqualTo(204);
        assertThat(asOwner("GET", "/v1/volumes/" + name).status()).isEqualTo(404);
    }

    @Test
    void whatItHoldsIsToldToTheBillAsChanges() throws Exception {
        asHost("PUT", "/internal/volumes/" + account + "/" + name, "");
        report(5000, 3, 1);
        report(5000, 3, 1);
        report(1000, 1, 0);
        asOwner("DELETE", "/v1/volumes/" + name);
        asHost("DELETE", "/internal/volumes/" + account + "/" + name, "");
        assertThat(new VolumeUsage(account, "volume/" + name).changes(3)).containsExactly(5000L, -4000L, -1000L);
    }

    @Test
    void quotasAreTheOwnersToSet() throws Exception {
        String volume = "/v1/volumes/" + name;
        assertThat(asOwner("PUT", volume + "?quotaBytes=" + 20 * GIGABYTE).status())
                .isEqualTo(200);
        assertThat(report(17L << 20, 3, 0).quotaBytes()).isEqualTo(20 * GIGABYTE);
        assertThat(asOwner("PUT", volume + "?quotaBytes=" + (16 << 20)).status())
                .isEqualTo(409);
        assertThat(asOwner("PUT", volume + "?quotaBytes=" + 101 * GIGABYTE)
                        .body()
                        .get("detail")
                        .asString())
                .contains("may be 107374182400 bytes together");
        for (String wrong : List.of(
                "",
                "?quotaBytes=",
                "?quotaBytes=-1",
                "?quotaBytes=1e9",
                "?quotaBytes=1",
                "?quotaBytes=99999999999999999999")) {
            assertThat(asOwner("PUT", volume + wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(asOwner("PUT", "/v1/volumes/other?quotaBytes=" + GIGABYTE).status())
                .isEqualTo(400);
        assertThat(asOwner("PATCH", volume).status()).isEqualTo(405);
    }

    @Test
    void othersSeeAndChangeNothing() throws Exception {
        asHost("PUT", "/internal/volumes/" + account + "/" + name, "");
        String volume = "/v1/volumes/" + name;
        assertThat(asUser("GET", volume, RunningStore.BOB, Role.OWNER).status()).isEqualTo(404);
        assertThat(asUser("DELETE", volume, RunningStore.BOB, Role.OWNER).status())
                .isEqualTo(404);
        assertThat(asUser("GET", volume, account, Role.AUDITOR).status()).isEqualTo(200);
        assertThat(asUser("GET", volume, account, Role.INVOKER).status()).isEqualTo(403);
        assertThat(asUser("DELETE", volume, account, Role.AUDITOR).status()).isEqualTo(403);
        assertThat(asUser("PUT", "/internal/volumes/" + account + "/" + name, account, Role.OWNER)
                        .status())
                .isEqualTo(403);
        assertThat(asUser("POST", VolumeReport.PATH, account, Role.OWNER).status())
                .isIn(400, 403);
    }
}
