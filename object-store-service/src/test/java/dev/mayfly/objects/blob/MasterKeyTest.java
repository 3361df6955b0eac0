package dev.mayfly.objects.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.objects.ObjectsProperties;
import dev.mayfly.objects.testing.RunningStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.transaction.PlatformTransactionManager;

/** What becomes of encrypted objects, and their versions, when keys or bytes change. */
class MasterKeyTest {
    private static final String ACCOUNT = "333333333333";
    private static final String NEW = Sealer.newKey();

    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket(ACCOUNT);

    @BeforeEach
    void twoEncryptedVersions() {
        call("PUT", "?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
                .send()
                .expect(200);
        for (int version = 0; version < 2; version++) {
            put("row", "it lies in the row".getBytes(StandardCharsets.UTF_8));
            put("blob", new byte[100_000]);
        }
    }

    @AfterEach
    void clean() throws IOException {
        keys(store.masterKey(), NEW).run(new DefaultApplicationArguments());
        var versions = call("GET", "?versions", "").send().expect(200);
        List<String> names = versions.elements("Key");
        List<String> ids = versions.elements("VersionId");
        for (int i = 0; i < names.size(); i++) {
            call("DELETE", "/" + names.get(i) + "?versionId=" + ids.get(i), "")
                    .send()
                    .expect(204);
        }
        store.bean(BlobSweep.class).sweepReleased(Duration.ZERO);
    }

    private RunningStore.Call call(String method, String rest, String body) {
        return store.call(method, "/" + bucket + rest).as(ACCOUNT).body(body);
    }

    private void put(String key, byte[] bytes) {
        store.put("/" + bucket + "/" + key, bytes)
                .as(ACCOUNT)
                .header("x-amz-server-side-encryption", "AES256")
                .send()
                .expect(200);
    }

    /** As a store has them that starts with these master keys. */
    private DataKeys keys(String master, String former) {
        var settings = new MapConfigurationPropertySource(
                Map.of("mayfly.objects.master-key", master, "mayfly.objects.former-master-keys", former));
        return new DataKeys(
                store.jdbc(),
                new Binder(settings)
                        .bind("mayfly.objects", ObjectsProperties.class)
                        .get());
    }

    @Test
    void whatAFormerMasterKeySealedStaysReadableAndIsSealedAnew() throws IOException {
        DataKeys both = keys(NEW, store.masterKey());
        assertThat(readRow(both)).isEqualTo("it lies in the row");
        both.run(new DefaultApplicationArguments());
        DataKeys alone = keys(NEW, "");
        assertThat(readRow(alone)).isEqualTo("it lies in the row");
        assertThat(differences(alone)).isEmpty();
        assertThat(keys(store.masterKey(), "").lostAccounts()).contains(ACCOUNT);
    }

    @Test
    void verificationNamesWhatALostMasterKeyHadSealed() throws IOException {
        DataKeys lost = keys(NEW, "");
        assertThatThrownBy(() -> readRow(lost)).hasMessageContaining("The key of the account " + ACCOUNT);
        assertThat(differences(lost))
                .allSatisfy(found -> {
                    assertThat(found.kind()).isEqualTo(Difference.Kind.KEY);
                    assertThat(found.detail()).endsWith(ACCOUNT);
                })
                .extracting(Difference::objects)
                .containsExactlyInAnyOrder(
                        List.of(bucket + "/row"),
                        List.of(bucket + "/row"),
                        List.of(bucket + "/blob"),
                        List.of(bucket + "/blob"));
        // The service starts all the same, for what it can read.
        keys(NEW, Sealer.newKey()).run(new DefaultApplicationArguments());
        assertThat(differences(store.bean(DataKeys.class))).isEmpty();
    }

    @Test
    void aFlippedByteOfAnEncryptedVersionIsFoundAndNamed() throws IOException {
        UUID old = store.jdbc().sql("""
                        SELECT blob_ids[1] FROM version v JOIN bucket b ON b.id = v.bucket_id
                        WHERE b.name = ? AND v.blob_ids IS NOT NULL""").param(bucket).query(UUID.class).single();
        flip(old);
        assertThat(store.bean(Scrub.class).scrubAll()).isTrue();
        assertThat(store.bean(BlobIndex.class).damage(old))
                .hasValueSatisfying(damage -> assertThat(damage).contains("not those that were written"));
        assertThat(differences(store.bean(DataKeys.class))).singleElement().satisfies(found -> {
            assertThat(found.kind()).isEqualTo(Difference.Kind.CHECKSUM);
            assertThat(found.blob()).isEqualTo(old);
            assertThat(found.objects()).containsExactly(bucket + "/blob");
        });
        call("GET", "/blob", "").send().expect(200);
        flip(old);
        assertThat(store.bean(Scrub.class).scrubAll()).isTrue();
        assertThat(differences(store.bean(DataKeys.class))).isEmpty();
    }

    private void flip(UUID blob) throws IOException {
        Path file = store.bean(BlobStore.class).file(blob).orElseThrow();
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(80_000);
            int one = bytes.read();
            bytes.seek(80_000);
            bytes.write(one ^ 1);
        }
    }

    private String readRow(DataKeys keys) throws IOException {
        byte[] sealed = store.jdbc()
                .sql(
                        "SELECT inline_bytes FROM object o JOIN bucket b ON b.id = o.bucket_id WHERE b.name = ? AND o.key = ?")
                .params(bucket, "row".getBytes(StandardCharsets.UTF_8))
                .query(byte[].class)
                .single();
        return new String(keys.openRow(sealed, null), StandardCharsets.UTF_8);
    }

    /** Those of this test's bucket, and those that name no object. */
    private List<Difference> differences(DataKeys keys) throws IOException {
        var found = new ArrayList<Difference>();
        new BlobVerification(
                        store.bean(BlobStore.class),
                        store.bean(BlobIndex.class),
                        store.bean(BlobNames.class),
                        store.bean(BlobSweep.class),
                        keys,
                        new LostKeys(store.jdbc(), store.bean(PlatformTransactionManager.class), keys),
                        store.bean(ObjectsProperties.class),
                        Clock.systemUTC())
                .verify(new BlobVerification.Task(true, false), found::add, progress -> {});
        found.removeIf(one -> !one.objects().isEmpty()
                && one.objects().stream().noneMatch(object -> object.startsWith(bucket + "/")));
        return found;
    }
}
