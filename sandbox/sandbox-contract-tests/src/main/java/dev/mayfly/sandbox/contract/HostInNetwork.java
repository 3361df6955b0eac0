package dev.mayfly.sandbox.contract;

import dev.mayfly.sandbox.api.Availability;
import dev.mayfly.sandbox.api.FunctionCode;
import dev.mayfly.sandbox.api.InvocationResult;
import dev.mayfly.sandbox.api.Sandbox;
import dev.mayfly.sandbox.api.SandboxSpec;
import dev.mayfly.sandbox.api.SandboxStartException;
import dev.mayfly.sandbox.api.SandboxTechnology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/**
 * A host in a network namespace that its parent made for it, in which the loopback interface has every address of the
 * stand-ins but those of the internet, which is beyond, and which nothing else leaves. Says what its sandboxes reached.
 */
final class HostInNetwork {
    static final String REPORT = "report ";

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Each stand-in on this machine, by its name. */
    private static final Map<String, String> ADDRESSES = new LinkedHashMap<>();

    static {
        ADDRESSES.put("metadata 4", "169.254.169.254");
        ADDRESSES.put("metadata of tasks", "169.254.170.2");
        ADDRESSES.put("metadata 6", "fd00:ec2::254");
        ADDRESSES.put("neighbour 10", "10.20.30.40");
        ADDRESSES.put("neighbour 172", "172.16.0.9");
        ADDRESSES.put("neighbour 192", "192.168.1.1");
        ADDRESSES.put("neighbour of a carrier", "100.64.0.1");
        ADDRESSES.put("neighbour 6", "fd12:3456::1");
        ADDRESSES.put("loopback 4", "127.0.0.1");
        ADDRESSES.put("loopback of another number", "127.8.8.8");
        ADDRESSES.put("loopback 6", "::1");
    }

    private HostInNetwork() {}

    /**
     * @param arguments class name of the {@link TechnologyUnderTest}, its folder, a folder for code
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        makeStandIns();
        TechnologyUnderTest underTest = (TechnologyUnderTest)
                Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        FunctionCode code = Objects.requireNonNull(
                underTest.guest(Behaviour.PROBE, Files.createDirectories(Path.of(arguments[2]))));
        Map<String, StandIn> standIns = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : ADDRESSES.entrySet()) {
            standIns.put(each.getKey(), new StandIn(InetAddress.ofLiteral(each.getValue()), each.getKey()));
        }
        Map<String, Object> report = new LinkedHashMap<>();
        try (var internet = Internet.beyondThisNamespace();
                var technology = underTest.open(Path.of(arguments[1]));
                var gateway = new StandIn("the gateway")) {
            var targets = new Targets(standIns, internet);
            report.put("host", targets.fromTheHost());
            Availability availability = technology.check();
            report.put("absent", availability.available() ? "" : availability.detail());
            SandboxSpec spec = Specs.of(code, _ -> {});
            report.put("closed", fromASandbox(technology, Specs.withNetwork(spec, gateway.port(), false), targets));
            if (underTest.hasEgress()) {
                SandboxSpec open = Specs.of(code, _ -> {});
                report.put("egress", fromASandbox(technology, Specs.withNetwork(open, gateway.port(), true), targets));
            }
        }
        for (StandIn standIn : standIns.values()) {
            standIn.close();
        }
        System.out.println(REPORT + JSON.writeValueAsString(report));
        System.exit(0);
    }

    /** All that there is to reach, here and beyond. */
    private record Targets(Map<String, StandIn> here, Internet internet) {
        Map<String, InetSocketAddress> addresses() throws IOException {
            Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
            here.forEach(
                    (name, standIn) -> addresses.put(name, new InetSocketAddress(ADDRESSES.get(name), standIn.port())));
            for (Map.Entry<String, String> each : Internet.ADDRESSES.entrySet()) {
                addresses.put(each.getKey(), new InetSocketAddress(each.getValue(), internet.port(each.getKey())));
            }
            return addresses;
        }

        Map<String, Integer> connections() throws IOException {
            Map<String, Integer> counts = new LinkedHashMap<>();
            here.forEach((name, standIn) -> counts.put(name, standIn.connections()));
            for (String name : Internet.ADDRESSES.keySet()) {
                counts.put(name, internet.connections(name));
            }
            return counts;
        }

        Map<String, String> fromTheHost() throws IOException {
            Map<String, String> reached = new LinkedHashMap<>();
            addresses().forEach((name, address) -> {
                try (Socket socket = new Socket()) {
                    socket.connect(address, 2000);
                    reached.put(name, "ok");
                } catch (IOException e) {
                    reached.put(name, "no " + e.getMessage());
                }
            });
            return reached;
        }
    }

    private static void makeStandIns() throws IOException, InterruptedException {
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        if (networkOf("self").equals(networkOf(Long.toString(parent)))) {
            throw new IllegalStateException("This is not a network namespace of its own");
        }
        Internet.ip("link", "set", "lo", "up");
        for (String address : ADDRESSES.values()) {
            if (!address.startsWith("127.") && !address.equals("::1")) {
                Internet.ip(
                        "addr",
                        "add",
                        address + (address.contains(":") ? "/128" : "/32"),
                        "dev",
                        "lo",
                        "scope",
                        "global");
            }
        }
    }

    private static Path networkOf(String process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns/net"));
    }

    /** What each attempt said, and whom the stand-ins saw. */
    private static Map<String, Object> fromASandbox(SandboxTechnology technology, SandboxSpec spec, Targets targets)
            throws SandboxStartException, InterruptedException, IOException {
        Map<String, String> said = new LinkedHashMap<>();
        Map<String, Integer> before = targets.connections();
        try (Sandbox sandbox = technology.start(spec)) {
            targets.addresses()
                    .forEach((name, address) -> said.put(
                            name,
                            probe(
                                    sandbox,
                                    "connect " + address.getAddress().getHostAddress() + " " + address.getPort())));
            said.put("gateway", probe(sandbox, "get AWS_ENDPOINT_URL"));
        }
        Map<String, Integer> connections = targets.connections();
        connections.replaceAll((name, count) -> count - before.getOrDefault(name, 0));
        return Map.of("attempts", said, "connections", connections);
    }

    private static String probe(Sandbox sandbox, String what) {
        try {
            InvocationResult result =
                    sandbox.invoke(SandboxContract.request(JSON.writeValueAsString(what), Duration.ofSeconds(10)));
            return result instanceof InvocationResult.Success success
                    ? JSON.readTree(success.payload()).asString()
                    : result.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
