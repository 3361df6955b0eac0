package dev.mayfly.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A function's layers, below {@code /opt}. */
public abstract class LayersContract extends SandboxContract {
    private static final String WRAPPER = "#!/bin/sh\nexport GREETING=wrapped\nexec \"$@\"\n";

    private FunctionCode layered(FunctionCode code, String name) throws IOException {
        Path layers = Files.createDirectories(folder().resolveSibling("layers-" + name));
        write(layers.resolve("data/which.txt"), name);
        write(layers.resolve("bin/wrap"), WRAPPER);
        write(layers.resolve("nodejs/node_modules/greeting/index.js"), "module.exports = 'node " + name + "';");
        write(layers.resolve("python/greeting.py"), "value = 'python " + name + "'\n");
        return new FunctionCode(
                code.directory(), name + "-" + code.sha256(), code.runtime(), code.handler(), layers, null);
    }

    private static void write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
    }

    @Test
    void eachFunctionHasItsOwnAndCannotChangeThem() throws Exception {
        FunctionCode code = code(Behaviour.PROBE);
        Sandbox red = start(spec(layered(code, "red")));
        Sandbox blue = start(spec(layered(code, "blue")));
        Sandbox none = start(spec(code));
        assertThat(attempt(red, "read /opt/data/which.txt")).isEqualTo("ok red");
        assertThat(attempt(blue, "read /opt/data/which.txt")).isEqualTo("ok blue");
        assertThat(attempt(none, "read /opt/data/which.txt")).startsWith("no");
        assertRefused(red, "write /opt/data/new", "modify /opt/data/which.txt x");
    }

    @Test
    void modulesAndProgramsInThemAreFound() throws Exception {
        FunctionCode code = ownCode(Behaviour.ECHO, "with-modules");
        String language = code.runtime().startsWith("nodejs") ? "node" : "python";
        Assumptions.assumeTrue(
                code.runtime().startsWith("nodejs") || code.runtime().startsWith("python"));
        write(
                code.directory().resolve("own.js"),
                "exports.handler = async () => require('greeting') + ' ' + process.env.GREETING;");
        write(
                code.directory().resolve("own.py"),
                "import os, greeting\ndef handler(event, context):\n    return greeting.value + ' ' + os.environ['GREETING']\n");
        var own = new FunctionCode(code.directory(), code.sha256(), code.runtime(), "own.handler");
        Sandbox plain = start(spec(layered(own, "green")));
        assertThat(answer(invoke(plain, "{}")).asString()).startsWith(language + " green Gr");
        Sandbox wrapped = start(
                Specs.withEnvironment(spec(layered(own, "green")), Map.of("AWS_LAMBDA_EXEC_WRAPPER", "/opt/bin/wrap")));
        assertThat(answer(invoke(wrapped, "{}")).asString()).isEqualTo(language + " green wrapped");
    }
}
