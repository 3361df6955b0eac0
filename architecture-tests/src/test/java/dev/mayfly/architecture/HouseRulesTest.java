package dev.mayfly.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** The rules of the house. */
@AnalyzeClasses(packages = "dev.mayfly", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
    private static final String[] SERVICES = {
        "gateway", "identity", "registry", "invoker", "host", "autoscaler", "objects", "billing", "observability"
    };

    private static final int LONGEST_FILE = 400;

    /** A guest's whole runtime for Node.js: each file more would be read at every start of a sandbox. */
    private static final Set<String> LONG_FILES = Set.of("bootstrap.cjs");

    @ArchTest
    static final ArchRule servicesShareContractsAndNothingElse = slices().matching("dev.mayfly.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(
                    not(resideInAPackage("dev.mayfly.contracts..")), resideInAPackage("dev.mayfly.contracts.."))
            .ignoreDependency(
                    resideInAnyPackage("dev.mayfly.host..", "dev.mayfly.standalone.."),
                    resideInAPackage("dev.mayfly.sandbox.."))
            .ignoreDependency(resideInAPackage("dev.mayfly.cli.."), resideInAPackage("dev.mayfly.standalone.."));

    @ArchTest
    static final ArchRule contractsHoldNoFramework = noClasses()
            .that()
            .resideInAPackage("dev.mayfly.contracts..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "jakarta.persistence..", "org.hibernate..");

    @ArchTest
    static final ArchRule onlySandboxesStartUserCode = noClasses()
            .that()
            .resideOutsideOfPackages("dev.mayfly.sandbox..", "dev.mayfly.standalone..", "dev.mayfly.cli..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.ProcessBuilder")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.Linker")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("run.endive..");

    @ArchTest
    static final ArchRule packagesAreByFeature = noClasses()
            .should()
            .resideInAnyPackage(
                    "..controller..",
                    "..controllers..",
                    "..service..",
                    "..services..",
                    "..util..",
                    "..utils..",
                    "..impl..",
                    "..dto..",
                    "..entity..",
                    "..entities..",
                    "..repository..",
                    "..repositories..");

    @ArchTest
    static final ArchRule namesSayWhatThingsAre = noClasses()
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Helper");

    @ArchTest
    static final ArchRule dependenciesComeThroughConstructors = noFields()
            .should()
            .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
            .orShould()
            .beAnnotatedWith("org.springframework.beans.factory.annotation.Value");

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes().should(resideInANullMarkedPackage());

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package that is @NullMarked") {
            @Override
            public void check(JavaClass checked, ConditionEvents events) {
                boolean marked = checked.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked");
                events.add(new SimpleConditionEvent(checked, marked, checked.getPackageName() + " is not @NullMarked"));
            }
        };
    }

    /** A service names another's schema nowhere in its SQL. */
    @Test
    void servicesReadOnlyTheirOwnTables() throws Exception {
        Path root = Path.of("").toAbsolutePath().getParent();
        List<String> schemas = List.of("identity", "registry", "objects", "billing", "observability");
        List<String> modules = List.of(
                "identity-service",
                "function-registry",
                "object-store-service",
                "billing-service",
                "observability-service");
        for (int own = 0; own < modules.size(); own++) {
            for (int other = 0; other < schemas.size(); other++) {
                if (own == other) {
                    continue;
                }
                var foreign = Pattern.compile(
                        "(?i)\\b(from|join|into|update|table|references)\\s+" + schemas.get(other) + "\\.");
                try (var files = Files.walk(root.resolve(modules.get(own)).resolve("src/main"))) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                        Assertions.assertFalse(
                                foreign.matcher(text).find(), file + " reads tables of " + schemas.get(other));
                    }
                }
            }
        }
    }

    /** A file that asks to be two is two; the exceptions are named, and leave the list when they have become shorter. */
    @Test
    void filesAreShort() throws Exception {
        Path root = Path.of("").toAbsolutePath().getParent();
        var ours = Pattern.compile(".*\\.(java|js|cjs|mjs|py|c|h)");
        var elsewhere = Set.of("target", "node_modules");
        Set<String> tooLong = new TreeSet<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = String.valueOf(folder.getFileName());
                boolean hidden = name.startsWith(".") && !folder.equals(root);
                return hidden || elsewhere.contains(name) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = String.valueOf(file.getFileName());
                if (attributes.isRegularFile() && ours.matcher(name).matches()) {
                    try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
                        if (lines.count() > LONGEST_FILE) {
                            tooLong.add(name);
                        }
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Assertions.assertEquals(LONG_FILES, tooLong, "Files of more than " + LONGEST_FILE + " lines");
    }

    /** The list of services above is the list there is: a new one must come under the rules. */
    @Test
    void everyServiceIsLookedAt() throws Exception {
        for (String service : SERVICES) {
            Assertions.assertNotNull(
                    getClass().getClassLoader().getResource("dev/mayfly/" + service), service + " is on no class path");
        }
    }
}
