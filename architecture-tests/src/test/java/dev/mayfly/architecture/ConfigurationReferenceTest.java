package dev.mayfly.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The reference page names every property of every service with its default, and no other. */
class ConfigurationReferenceTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(mayfly\\.[a-z0-9.-]+)` \\| (?:`([^`]*)`)? ?\\|.*");

    @Test
    void thePageAndTheCodeAgree() throws Exception {
        Set<String> documented = new TreeSet<>();
        Path page = Path.of("..", "docs", "configuration.md");
        for (String line : Files.readAllLines(page)) {
            var row = ROW.matcher(line);
            if (row.matches()) {
                documented.add(row.group(1) + " = " + (row.group(2) == null ? "" : row.group(2)));
            }
        }
        assertThat(documented).isEqualTo(inCode());
    }

    private static Set<String> inCode() throws ClassNotFoundException {
        Set<String> found = new TreeSet<>();
        var classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.mayfly");
        for (var candidate : classes) {
            if (candidate.isAnnotatedWith(ConfigurationProperties.class)) {
                Class<?> type = Class.forName(candidate.getName());
                collect(type, type.getAnnotation(ConfigurationProperties.class).value(), found);
            }
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    private static void collect(Class<?> type, String prefix, Set<String> found) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + kebab(component.getName());
            if (component.getType().isRecord()) {
                collect(component.getType(), name, found);
            } else {
                found.add(name + " = " + defaultOf(type, component));
            }
        }
    }

    private static String defaultOf(Class<?> type, RecordComponent component) {
        for (var parameter : type.getDeclaredConstructors()[0].getParameters()) {
            if (parameter.getName().equals(component.getName()) && parameter.isAnnotationPresent(DefaultValue.class)) {
                return String.join(
                        ", ", parameter.getAnnotation(DefaultValue.class).value());
            }
        }
        return "";
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
    }
}
