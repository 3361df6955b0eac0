package dev.mayfly.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClassPathTest {
    private final Distribution distribution = new Distribution(Path.of("target/dist"));

    @ParameterizedTest
    @EnumSource(ServiceCatalog.class)
    void everyJarThatAServiceNamesLiesBesideIt(ServiceCatalog service) throws IOException {
        Path jar = distribution.module(service.module()).orElseThrow();

        assertThat(JarClassPath.of(jar).stream().filter(named -> !isForTheCompiler(named)))
                .hasSizeGreaterThan(10)
                .allSatisfy(named -> assertThat(Files.isRegularFile(named))
                        .as("%s names %s", jar.getFileName(), named.getFileName())
                        .isTrue());
    }

    /** Manifests name it, nothing at run time does. */
    private static boolean isForTheCompiler(Path jar) {
        return jar.getFileName().toString().startsWith("spring-boot-configuration-processor-");
    }
}
