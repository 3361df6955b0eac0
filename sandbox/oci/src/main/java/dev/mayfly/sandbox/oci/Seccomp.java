package dev.mayfly.sandbox.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The sandboxes' system call filter, as an OCI bundle states it: an allow list, for the machine's own ABI only. */
final class Seccomp {
    private static final String ALLOW = "SCMP_ACT_ALLOW";
    private static final String ERROR = "SCMP_ACT_ERRNO";
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
    private static final long NAMESPACE_FLAGS = 0x7E020000L;

    private static final List<Integer> FAMILIES = List.of(1, 2, 10, 16); // UNIX, INET, INET6, NETLINK
    private static final List<Long> PERSONALITIES = List.of(0L, 8L, 0x20000L, 0x20008L, 0xffffffffL);

    private Seccomp() {}

    static Map<String, Object> profile() {
        List<Map<String, Object>> rules = new java.util.ArrayList<>();
        rules.add(Map.of("names", allowed(), "action", ALLOW));
        rules.add(Map.of(
                "names",
                List.of("clone"),
                "action",
                ALLOW,
                "args",
                List.of(Map.of("index", 0, "value", NAMESPACE_FLAGS, "valueTwo", 0, "op", "SCMP_CMP_MASKED_EQ"))));
        rules.add(Map.of("names", List.of("clone3"), "action", ERROR, "errnoRet", ENOSYS));
        FAMILIES.forEach(family -> rules.add(whenFirstArgumentIs("socket", family)));
        PERSONALITIES.forEach(personality -> rules.add(whenFirstArgumentIs("personality", personality)));
        return Map.of("defaultAction", ERROR, "defaultErrnoRet", EPERM, "syscalls", rules);
    }

    private static Map<String, Object> whenFirstArgumentIs(String call, long value) {
        return Map.of(
                "names",
                List.of(call),
                "action",
                ALLOW,
                "args",
                List.of(Map.of("index", 0, "value", value, "op", "SCMP_CMP_EQ")));
    }

    private static List<String> allowed() {
        try (InputStream list = Objects.requireNonNull(Seccomp.class.getResourceAsStream("seccomp.txt"))) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .flatMap(line -> List.of(line.split(" ")).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
