package dev.mayfly.gateway.door;

import dev.mayfly.gateway.refusal.Refusal;
import dev.mayfly.gateway.refusal.RefusedException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The raw request target: what it is, and whether it may be handed to a service that resolves paths. */
final class RequestTarget {
    private static final Pattern DURABLE_EXECUTION =
            Pattern.compile("(/2025-12-01/durable-execution(?:s|-callbacks)/)[^/]+((?:/[a-z]+)?)");

    private RequestTarget() {}

    /** The target in origin form: {@code /path?query}, no matter whether the client sent it in absolute form. */
    static String originForm(String target) throws RefusedException {
        if (target.startsWith("/")) {
            return target;
        }
        int scheme = target.indexOf("://");
        if (scheme < 0) {
            throw new RefusedException(Refusal.BAD_TARGET, "Couldn't parse the specified URI.");
        }
        int path = target.indexOf('/', scheme + 3);
        int query = target.indexOf('?', scheme + 3);
        if (path < 0 || query >= 0 && query < path) {
            return query < 0 ? "/" : "/" + target.substring(query);
        }
        return target.substring(path);
    }

    /**
     * Whether a servlet container might find other segments in this path than those one sees: dot segments in any
     * spelling, path parameters, encoded slashes, doubled ones. S3 keys may hold all of these and never travel as a path.
     */
    static boolean isAmbiguous(String path) {
        int segment = 1;
        boolean dots = true;
        for (int i = 1; i <= path.length(); i++) {
            char c = i == path.length() ? '/' : path.charAt(i);
            if (c == '%' && i + 2 < path.length()) {
                char decoded = decoded(path, i);
                if (decoded == '/' || decoded == '\\' || decoded == 0 || decoded == '.' || decoded == ';') {
                    return true;
                }
                dots = false;
                i += 2;
            } else if (c == '/') {
                boolean last = i >= path.length();
                if (i == segment ? !last : dots) {
                    return true;
                }
                segment = i + 1;
                dots = true;
            } else if (c == '\\' || c == ';') {
                return true;
            } else if (c != '.') {
                dots = false;
            }
        }
        return false;
    }

    /**
     * A path about a durable execution with another name in its place; null when it is none. The names hold encoded slashes,
     * and the registry refuses whatever execution it is.
     */
    static @Nullable String durableExecution(String path) {
        var matcher = DURABLE_EXECUTION.matcher(path);
        return matcher.matches() ? matcher.group(1) + "named" + matcher.group(2) : null;
    }

    private static char decoded(String path, int at) {
        int high = Character.digit(path.charAt(at + 1), 16);
        int low = Character.digit(path.charAt(at + 2), 16);
        return high < 0 || low < 0 ? '%' : (char) (high << 4 | low);
    }
}
