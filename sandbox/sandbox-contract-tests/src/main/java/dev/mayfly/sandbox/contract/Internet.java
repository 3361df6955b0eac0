package dev.mayfly.sandbox.contract;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in for the internet: a process in a network namespace of its own, beyond a router's: one interface leads from
 * here to there, and nothing leads further.
 */
final class Internet implements AutoCloseable {
    static final Map<String, String> ADDRESSES = Map.of("internet 4", "203.0.113.80", "internet 6", "2001:db8::80");

    private final Process process;
    private final BufferedReader output;

    private Internet(Process process, BufferedReader output) {
        this.process = process;
        this.output = output;
    }

    /** Makes it, reachable from this process's network namespace, which must be a test's own. */
    static Internet beyondThisNamespace() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "/usr/bin/unshare",
                        "--net",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Internet.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var internet = new Internet(process, process.inputReader(StandardCharsets.UTF_8));
        internet.read(); // in its namespace now
        ip("link", "add", "up0", "type", "veth", "peer", "name", "eth0", "netns", Long.toString(process.pid()));
        ip("addr", "add", "203.0.113.1/24", "dev", "up0");
        ip("addr", "add", "2001:db8::1/64", "dev", "up0", "nodad");
        ip("link", "set", "up0", "up");
        internet.write("go");
        internet.read();
        return internet;
    }

    /** The port at one of {@link #ADDRESSES}. */
    int port(String name) throws IOException {
        return ask("port " + name);
    }

    /** How many connections that address has had. */
    int connections(String name) throws IOException {
        return ask("connections " + name);
    }

    private int ask(String question) throws IOException {
        write(question);
        return Integer.parseInt(read());
    }

    private void write(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    private String read() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("The stand-in for the internet has ended");
        }
        return line;
    }

    static void ip(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("ip " + List.of(arguments) + " failed");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.waitFor(10, TimeUnit.SECONDS);
        process.destroyForcibly();
    }

    /** The process beyond. Ends with its standard input. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        var questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("here");
        questions.readLine();
        ip("addr", "add", "203.0.113.80/24", "dev", "eth0");
        ip("addr", "add", "2001:db8::80/64", "dev", "eth0", "nodad");
        ip("link", "set", "eth0", "up");
        try (var version4 = new StandIn(InetAddress.ofLiteral("203.0.113.80"), "internet 4");
                var version6 = new StandIn(InetAddress.ofLiteral("2001:db8::80"), "internet 6")) {
            System.out.println("ready");
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                StandIn asked = line.endsWith("4") ? version4 : version6;
                System.out.println(line.startsWith("port") ? asked.port() : asked.connections());
            }
        }
        System.exit(0);
    }
}
