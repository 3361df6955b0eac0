package dev.mayfly.standalone.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @Test
    void defaultsArePorts8080AndTheDocumentedInternalOnes() {
        Settings settings = Settings.from(Map.of());

        assertThat(settings.endpoint()).isEqualTo("http://localhost:8080");
        assertThat(settings.ports())
                .isEqualTo(
                        new Ports(8080, 18181, 18182, 18183, 18184, 18185, 18186, 18187, 18188, 15432, 19092, 19093));
        assertThat(settings.region()).isEqualTo("us-east-1");
    }

    @Test
    void theBaseMovesAllInternalPortsTogether() {
        Settings settings = Settings.from(Map.of("MAYFLY_INTERNAL_PORT_BASE", "28180", "MAYFLY_PORT", "9000"));

        assertThat(settings.ports())
                .isEqualTo(
                        new Ports(9000, 28181, 28182, 28183, 28184, 28185, 28186, 28187, 28188, 28189, 28190, 28191));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "http", "80 80", "99999999999"})
    void aPortThatIsNoneIsRefusedByItsName(String port) {
        assertThatThrownBy(() -> Settings.from(Map.of("MAYFLY_PORT", port)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("MAYFLY_PORT")
                .hasMessageContaining(port);
    }

    @Test
    void aBaseTooHighForItsPortsIsRefused() {
        assertThatThrownBy(() -> Settings.from(Map.of("MAYFLY_INTERNAL_PORT_BASE", "65530")))
                .hasMessageContaining("MAYFLY_INTERNAL_PORT_BASE");
    }

    @Test
    void theReferencePageListsEverySettingAsItIs() throws IOException {
        String page = Files.readString(Path.of("../docs/configuration.md"));

        for (Setting setting : Setting.values()) {
            String shown = setting.defaultValue().isEmpty() ? "unset" : "`" + setting.defaultValue() + "`";
            assertThat(page).contains("| `%s` | %s | %s |".formatted(setting, shown, setting.meaning()));
        }
    }
}
