package dev.mayfly.gateway.door;

/** What is answered without a signature. None of these can be a bucket that somebody signs for: signed requests pass. */
final class OpenPaths {
    private static final String CODE = "/_code/";

    private OpenPaths() {}

    static boolean isHealth(String path) {
        return path.equals("/health");
    }

    static boolean isActuator(String path) {
        return path.equals("/actuator/prometheus")
                || path.equals("/actuator/health")
                || path.equals("/actuator/health/readiness")
                || path.equals("/actuator/health/liveness");
    }

    /** A link to a function's code, which the registry sealed. */
    static boolean isCode(String path) {
        if (!path.startsWith(CODE) || path.length() == CODE.length()) {
            return false;
        }
        for (int i = CODE.length(); i < path.length(); i++) {
            char c = path.charAt(i);
            if (!(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_')) {
                return false;
            }
        }
        return true;
    }
}
