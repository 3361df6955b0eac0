package dev.mayfly.sandbox.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The way to the internet, for the sandboxes that have one: a pair of virtual interfaces into the sandbox's network
 * namespace, translated addresses, and a filter of our own that keeps everything closed but public addresses: no private,
 * link-local, metadata, shared or multicast range, no address of the host, no other sandbox. IPv4 only.
 */
public final class Egress implements AutoCloseable {
    /** The range for benchmarks of network devices (RFC 2544), which no network routes: a /30 for each sandbox. */
    private static final int FIRST_ADDRESS = 198 << 24 | 18 << 16;

    private static final int ADDRESSES_EACH = 4;
    private static final int SECONDS = 10;

    private static final String CLOSED = String.join(
            ", ",
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "224.0.0.0/4",
            "240.0.0.0/4");

    private final String prefix;
    private final String table;
    private boolean open;

    /**
     * @param owner a few letters and digits that no other owner on the machine has
     */
    public Egress(String owner) {
        this.prefix = "mf" + owner.substring(0, Math.min(4, owner.length())) + "-";
        this.table = "mayfly_" + owner;
    }

    /** Null when this machine can do it, else what to do. */
    public static @Nullable String whyNot() {
        for (String program : List.of("ip", "nft")) {
            if (find(program) == null) {
                return "Functions cannot be given a way to the internet: " + program
                        + " is not installed: apt-get install iproute2 nftables";
            }
        }
        return null;
    }

    private static @Nullable String find(String program) {
        return Stream.of("/usr/sbin", "/sbin", "/usr/bin", "/bin")
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse(null);
    }

    /**
     * Gives a network namespace its way out; it goes when the namespace goes.
     *
     * @param namespace where it is opened
     * @param number the sandbox's, unique on the machine, below 32,768
     */
    public void connect(Path namespace, int number) throws IOException, InterruptedException {
        openOnce();
        String outside = prefix + number;
        int base = FIRST_ADDRESS + number * ADDRESSES_EACH;
        String gateway = dotted(base + 1);
        String guest = dotted(base + 2);
        run("""
                link add %1$s type veth peer name eth0 netns %2$s
                addr add %3$s/30 dev %1$s
                link set %1$s up
                """.formatted(outside, namespace, gateway), "ip", "-batch", "-");
        Files.writeString(Path.of("/proc/sys/net/ipv4/conf", outside, "forwarding"), "1");
        Files.writeString(Path.of("/proc/sys/net/ipv4/conf", outside, "rp_filter"), "1");
        run("""
                addr add %1$s/30 dev eth0
                link set eth0 addrgenmode none
                link set eth0 up
                route add default via %2$s
                """.formatted(guest, gateway), "nsenter", "--net=" + namespace, "ip", "-batch", "-");
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }

    private synchronized void openOnce() throws IOException, InterruptedException {
        if (open) {
            return;
        }
        String missing = whyNot();
        if (missing != null) {
            throw new IOException(missing);
        }
        // Answers come in by the machine's own interfaces: without this the kernel does not pass them on.
        Path forwarding = Path.of("/proc/sys/net/ipv4/ip_forward");
        if (!Files.readString(forwarding).strip().equals("1")) {
            Files.writeString(forwarding, "1");
        }
        run("""
                table inet %1$s
                delete table inet %1$s
                table inet %1$s {
                  set closed { type ipv4_addr; flags interval; elements = { %3$s } }
                  chain input { type filter hook input priority -10; iifname "%2$s*" reject; }
                  chain forward {
                    type filter hook forward priority -10;
                    iifname "%2$s*" meta nfproto ipv6 reject
                    iifname "%2$s*" ip daddr @closed reject
                    iifname "%2$s*" fib daddr type { local, broadcast, multicast } reject
                    iifname "%2$s*" accept
                    oifname "%2$s*" ct state established,related accept
                    oifname "%2$s*" drop
                  }
                  chain translate { type nat hook postrouting priority 100; iifname "%2$s*" masquerade; }
                }
                """.formatted(table, prefix, CLOSED), "nft", "-f", "-");
        open = true;
    }

    private static void run(String input, String... command) throws IOException, InterruptedException {
        String[] found = command.clone();
        for (int i = 0; i < found.length; i++) {
            String path = found[i].equals("ip") || found[i].equals("nft") ? find(found[i]) : null;
            found[i] = path == null ? found[i] : path;
        }
        Process process = new ProcessBuilder(found).redirectErrorStream(true).start();
        try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
            in.write(input);
        }
        try (var output = process.inputReader(StandardCharsets.UTF_8)) {
            String said = String.join(" ", output.lines().toList());
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(command[0] + ": " + said);
            }
        }
    }

    /** Removes what a killed owner, or this one, left in the machine's filter. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            open = false;
        }
        if (whyNot() != null) {
            return;
        }
        try {
            run("table inet " + table + "\ndelete table inet " + table + "\n", "nft", "-f", "-");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
