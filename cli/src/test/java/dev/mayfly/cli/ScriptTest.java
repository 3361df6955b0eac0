package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell script before Java: which JDK it takes, and what it says when there is none. */
class ScriptTest {
    private static final Path SCRIPT = Path.of("../mayfly").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    private record Answer(int exit, String out, String err) {}

    @Test
    void javaHomeComesFirstWhenItIsAJdk25() throws Exception {
        Path jdk = jdk("mine", "25.0.1");
        Path other = jdk("jvm/other", "25");

        assertThat(findJdk(Map.of("JAVA_HOME", jdk.toString(), "MAYFLY_JVM_FOLDERS", other.toString()))
                        .out())
                .isEqualTo(jdk + "\n");
    }

    @Test
    void anotherReleaseInJavaHomeIsPassedOver() throws Exception {
        Path old = jdk("old", "17.0.2");
        Path jdk = jdk("jvm/new", "25.0.3");

        assertThat(findJdk(Map.of("JAVA_HOME", old.toString(), "MAYFLY_JVM_FOLDERS", folder + "/jvm/*"))
                        .out())
                .isEqualTo(jdk + "\n");
    }

    @Test
    void aJavaWithoutACompilerIsNoJdk() throws Exception {
        Path runtime = jdk("jvm/jre", "25.0.3");
        Files.delete(runtime.resolve("bin/javac"));

        assertThat(findJdk(Map.of("MAYFLY_JVM_FOLDERS", folder + "/jvm/*")).exit())
                .isEqualTo(1);
    }

    @Test
    void theOneInPathIsFoundThroughLinks() throws Exception {
        Path jdk = jdk("real", "25");
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("javac"), jdk.resolve("bin/javac"));

        assertThat(findJdk(Map.of("PATH", bin + ":/usr/bin:/bin", "MAYFLY_JVM_FOLDERS", folder + "/none"))
                        .out())
                .isEqualTo(jdk + "\n");
    }

    @Test
    void withoutAJdkItSaysHowToGetOne() throws Exception {
        Answer answer = sh("sh '" + SCRIPT + "' status", Map.of("MAYFLY_JVM_FOLDERS", folder + "/none"));

        assertThat(answer.exit()).isEqualTo(Exit.MISSING);
        assertThat(answer.err()).contains("no JDK 25", "adoptium.net", "JAVA_HOME");
    }

    @Test
    void whatIsMissingIsInstalledByRoot() throws Exception {
        tool("id", "echo 0");
        tool(
                "apt-get",
                "echo \"$*\" >>" + folder + "/asked; case \"$*\" in *unknown*) exit 100 ;; *first*) touch " + folder
                        + "/first ;; esac");
        Answer answer = provide(Map.of());

        assertThat(Files.readAllLines(folder.resolve("asked")))
                .containsExactly(
                        "install -y --no-install-recommends first-package unknown-package",
                        "update",
                        "install -y --no-install-recommends first-package unknown-package",
                        "install -y --no-install-recommends first-package",
                        "install -y --no-install-recommends unknown-package");
        assertThat(answer.exit()).isZero();
        assertThat(answer.err())
                .contains("Installing first-package unknown-package with apt-get")
                .contains("Missing: no-such-program - what needs them does not work: microvm")
                .contains("Install with: sudo apt-get install -y unknown-package")
                .doesNotContain("what needs them does not work: gvisor");
    }

    @Test
    void whatIsMissingIsOnlyNamedWhereItMayNotBeInstalled() throws Exception {
        tool("apt-get", "echo \"$*\" >>" + folder + "/asked");
        tool("id", "echo 1000");
        assertThat(provide(Map.of()).err()).contains("Install with: sudo apt-get install -y first-package");
        tool("id", "echo 0");
        Answer off = provide(Map.of("MAYFLY_INSTALL", "off"));
        assertThat(off.err()).contains("what needs them does not work: gvisor microvm");
        assertThat(off.exit()).isZero();
        assertThat(folder.resolve("asked")).doesNotExist();
    }

    @Test
    void theListOfProgramsNamesEveryTierThatNeedsOne() throws Exception {
        assertThat(Programs.all())
                .extracting(Programs.Program::neededFor)
                .contains("container", "gvisor", "microvm", "nodejs", "python3.x");
        assertThat(Programs.command(
                        List.of(new Programs.Program("a", "one", "x"), new Programs.Program("b", "one", "x"))))
                .isEqualTo("sudo apt-get install -y one");
    }

    /** Two programs are wanted that are not there; the package of one is known nowhere. */
    private Answer provide(Map<String, String> environment) throws Exception {
        Path list = Files.writeString(folder.resolve("list"), """
                # name package tier
                %s/first first-package gvisor
                no-such-program unknown-package microvm
                """.formatted(folder));
        var all = new HashMap<>(environment);
        all.put("MAYFLY_SOURCED", "yes");
        return sh(". '" + SCRIPT + "'; programs='" + list + "'; provide_programs", all);
    }

    private void tool(String name, String script) throws IOException {
        Path program = tools().resolve(name);
        Files.deleteIfExists(program);
        executable(program);
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    }

    private Answer findJdk(Map<String, String> environment) throws Exception {
        var all = new HashMap<>(environment);
        all.put("MAYFLY_SOURCED", "yes");
        return sh(". '" + SCRIPT + "'; find_jdk", all);
    }

    private Answer sh(String command, Map<String, String> environment) throws Exception {
        Path err = folder.resolve("err");
        var builder = new ProcessBuilder(List.of("/bin/sh", "-c", command))
                .directory(folder.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        // The usual folders, without links into a JDK.
        builder.environment().put("PATH", tools().toString());
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("MAYFLY_HOME", folder.resolve("home").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, Files.readString(err));
    }

    private Path tools() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of(
                "sed",
                "head",
                "dirname",
                "readlink",
                "find",
                "mkdir",
                "cat",
                "sh",
                "env",
                "uname",
                "tr",
                "sort",
                "touch",
                "id")) {
            Path program = tools.resolve(tool);
            if (!Files.exists(program)) {
                Path usual = Path.of("/usr/bin", tool);
                executable(program);
                Files.writeString(
                        program,
                        "#!/bin/sh\nexec " + (Files.exists(usual) ? usual : Path.of("/bin", tool)) + " \"$@\"\n");
            }
        }
        return tools;
    }

    private Path jdk(String name, String version) throws IOException {
        Path jdk = Files.createDirectories(folder.toRealPath().resolve(name));
        Path bin = Files.createDirectories(jdk.resolve("bin"));
        for (String program : List.of("java", "javac")) {
            executable(bin.resolve(program));
        }
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    private static void executable(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
}
