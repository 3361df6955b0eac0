package dev.mayfly.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Suites of tests: apart from those that run on this machine for real. */
final class Suites {
    private static final int PORTS = 11;

    private Suites() {}

    /** A number that ten free ports follow. */
    static int freeBase() {
        while (true) {
            int base = ThreadLocalRandom.current().nextInt(40_000, 60_000);
            if (areFree(base)) {
                return base;
            }
        }
    }

    private static boolean areFree(int base) {
        for (int port = base + 1; port <= base + PORTS; port++) {
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                socket.setReuseAddress(true);
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }
}
