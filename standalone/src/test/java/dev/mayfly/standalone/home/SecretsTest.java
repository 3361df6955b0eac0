package dev.mayfly.standalone.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
    @TempDir
    private Path folder;

    private Home home;

    @BeforeEach
    void createHome() throws IOException {
        home = new Home(folder.resolve("home"));
        home.create();
    }

    @Test
    void secretsAreMadeOnceAndKept() throws IOException {
        Secrets first = Secrets.loadOrCreate(home, List.of("identity"));
        Secrets second = Secrets.loadOrCreate(home, List.of("identity", "billing"));

        assertThat(second.trustKey()).isEqualTo(first.trustKey());
        assertThat(second.masterKey()).isEqualTo(first.masterKey()).isNotEqualTo(first.trustKey());
        assertThat(second.databasePasswords())
                .containsEntry("identity", first.databasePasswords().get("identity"))
                .containsKey("billing");
        assertThat(Base64.getDecoder().decode(first.masterKey())).hasSize(32);
    }

    @Test
    void anObjectKeyThatIsCalledFormerIsReplaced() throws IOException {
        Secrets first = Secrets.loadOrCreate(home, List.of());
        assertThat(first.formerObjectKeys()).isEmpty();
        Files.writeString(
                home.keysFile(), Files.readString(home.keysFile()).replace("\nobject-key=", "\nobject-key.former="));

        Secrets second = Secrets.loadOrCreate(home, List.of());

        assertThat(second.formerObjectKeys()).containsExactly(first.objectKey());
        assertThat(second.objectKey()).isNotEqualTo(first.objectKey());
        assertThat(Secrets.loadOrCreate(home, List.of())).isEqualTo(second);
    }

    @Test
    void onlyTheOwnerReadsCredentialsAndKeys() throws IOException {
        Credentials.loadOrCreate(home);
        Secrets.loadOrCreate(home, List.of());

        assertThat(mode(home.credentialsFile())).isEqualTo("rw-------");
        assertThat(mode(home.keysFile())).isEqualTo("rw-------");
        assertThat(mode(home.root())).isEqualTo("rwx------");
    }

    @Test
    void rightsThatOthersWereGivenAreTakenBack() throws IOException {
        Credentials made = Credentials.loadOrCreate(home);
        Files.setPosixFilePermissions(home.credentialsFile(), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(Credentials.loadOrCreate(home)).isEqualTo(made);
        assertThat(mode(home.credentialsFile())).isEqualTo("rw-------");
    }

    @Test
    void credentialsLookLikeThoseOfAws() throws IOException {
        Credentials credentials = Credentials.loadOrCreate(home);

        assertThat(credentials.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
        assertThat(credentials.secretAccessKey()).matches("[A-Za-z0-9]{40}");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
