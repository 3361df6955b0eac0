package dev.mayfly.sandbox.wasm.engine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Runs where the engine runs, as a guest that took it over would, and says how far it got: one line for each attempt. */
public final class Intruder {
    private Intruder() {}

    private interface Attempt {
        Object run() throws Exception;
    }

    /** The launcher gives it the one argument that a compiler process gets; what to attack comes on standard input. */
    public static void main(String[] arguments) throws IOException {
        String[] targets = new String(System.in.readAllBytes()).split("\n");
        Path secret = Path.of(targets[0]);
        int port = Integer.parseInt(targets[1]);
        SystemCallFilter.install();
        attempt("read the host's file", () -> Files.readString(secret));
        attempt("read it through another process", () -> Files.readString(Path.of("/proc/1/root" + secret)));
        attempt("read passwd", () -> Files.readString(Path.of("/etc/passwd")));
        attempt("list root's home", () -> Files.list(Path.of("/root")).count());
        attempt("run a program", () -> new ProcessBuilder("/usr/bin/id").start().waitFor());
        attempt("run a program by fork", () -> {
            System.setProperty("jdk.lang.Process.launchMechanism", "FORK");
            return Runtime.getRuntime().exec(new String[] {"/usr/bin/id"}).waitFor();
        });
        attempt("connect", () -> {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return "connected";
            }
        });
        attempt("open a datagram socket", DatagramChannel::open);
        attempt(
                "see another network",
                () -> NetworkInterface.networkInterfaces()
                        .filter(one -> !one.getName().equals("lo"))
                        .findAny()
                        .orElseThrow());
        for (String folder : new String[] {"/", "/engine", "/host", "/usr", "/dev", "/tmp", "/proc/sys/kernel"}) {
            attempt("write to " + folder, () -> Files.createFile(Path.of(folder, "intruder")));
        }
        attempt("gain a capability", () -> status("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"));
        attempt("be root", () -> status("Uid").matches("0\\b.*") ? "root" : nothing());
        attempt(
                "run unfiltered",
                () -> status("Seccomp").equals("2") && status("NoNewPrivs").equals("1") ? nothing() : "");
        attempt(
                "see another process",
                () -> Files.list(Path.of("/proc"))
                        .filter(process -> process.getFileName().toString().matches("[0-9]+"))
                        .filter(process -> !process.getFileName()
                                .toString()
                                .equals("" + ProcessHandle.current().pid()))
                        .findAny()
                        .orElseThrow());
    }

    private static Object nothing() throws IOException {
        throw new IOException("nothing gained");
    }

    private static String status(String... names) throws IOException {
        String values = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> java.util.List.of(names).contains(line.substring(0, line.indexOf(':'))))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .collect(Collectors.joining(" "));
        if (names.length == 5 && values.matches("[0 ]+")) {
            throw new IOException("nothing gained");
        }
        return values;
    }

    private static void attempt(String what, Attempt attempt) {
        try {
            System.out.println("GAINED " + what + ": " + attempt.run());
        } catch (Exception e) {
            System.out.println("refused " + what + ": " + e);
        }
    }
}
