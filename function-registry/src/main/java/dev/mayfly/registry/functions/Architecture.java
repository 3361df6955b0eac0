package dev.mayfly.registry.functions;

/** The instruction set, in Lambda's words. */
final class Architecture {
    static final String OF_THIS_MACHINE = System.getProperty("os.arch", "").equals("aarch64") ? "arm64" : "x86_64";

    private Architecture() {}
}
