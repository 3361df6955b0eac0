package dev.mayfly.registry.lambda;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How much of a list is asked for: {@code MaxItems}, and {@code Marker}, which says after what.
 *
 * @param after what {@link #page} made of the last item before; empty for the beginning
 * @param size how many items at most
 * @param list whose list it is, and which: a marker is taken for the list only that it came from
 */
public record Paging(String after, int size, String list) {
    private static final int CHECK_BYTES = 9;

    /**
     * Reads it from the query.
     *
     * @param allowed the greatest MaxItems
     * @param most how many an answer has at most, whatever is asked for
     * @throws LambdaException when they are malformed
     */
    public static Paging of(HttpServletRequest http, int allowed, int most) {
        @Nullable Integer wanted = number(http.getParameter("MaxItems"));
        new Constraints().between("maxItems", wanted, 1, allowed).check();
        String list = list(http);
        return new Paging(
                after(http.getParameter("Marker"), list), wanted == null ? most : Math.min(wanted, most), list);
    }

    /**
     * Pages of one size, which nobody is asked for.
     *
     * @throws LambdaException when {@code marker} is malformed
     */
    public static Paging of(HttpServletRequest http, @Nullable String marker, int size) {
        String list = list(http);
        return new Paging(after(marker, list), size, list);
    }

    private static String list(HttpServletRequest http) {
        return Caller.of(http).accountId() + " " + http.getRequestURI();
    }

    /**
     * One page.
     *
     * @param nextMarker null on the last page
     */
    public record Page<T>(List<T> items, @Nullable String nextMarker) {}

    /**
     * A page of what was found after {@link #after}.
     *
     * @param found one more than {@link #size}, if there are as many
     * @param position what {@link #after} has to be for what follows an item
     */
    public <T> Page<T> page(List<T> found, Function<T, String> position) {
        if (found.size() <= size) {
            return new Page<>(found, null);
        }
        List<T> items = found.subList(0, size);
        return new Page<>(items, marker(position.apply(items.getLast()), list));
    }

    /** What {@link #after} says, where that is a number. */
    public long afterNumber() {
        if (after.isEmpty()) {
            return 0;
        }
        if (!after.matches("[0-9]{1,18}")) {
            throw invalid(after);
        }
        return Long.parseLong(after);
    }

    /** What {@link #after} says, where that is a UUID: the least one for the beginning. */
    public UUID afterId() {
        if (after.isEmpty()) {
            return new UUID(0, 0);
        }
        try {
            return UUID.fromString(after);
        } catch (IllegalArgumentException e) {
            throw invalid(after);
        }
    }

    private static @Nullable Integer number(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("MaxItems must be a number, and '" + text + "' is none.");
        }
    }

    private static String marker(String position, String list) {
        byte[] place = position.getBytes(StandardCharsets.UTF_8);
        byte[] check = check(place, list);
        byte[] marker = Arrays.copyOf(check, check.length + place.length);
        System.arraycopy(place, 0, marker, check.length, place.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(marker);
    }

    /** No secret: who makes a marker up gets a page of their own list, as with any marker. */
    private static byte[] check(byte[] place, String list) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(list.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return Arrays.copyOf(digest.digest(place), CHECK_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }

    private static String after(@Nullable String marker, String list) {
        if (marker == null || marker.isEmpty()) {
            return "";
        }
        try {
            byte[] given = Base64.getUrlDecoder().decode(marker);
            byte[] place = Arrays.copyOfRange(given, Math.min(CHECK_BYTES, given.length), given.length);
            String after = new String(place, StandardCharsets.UTF_8);
            if (after.matches("[a-zA-Z0-9_.$-]{1,140}(:[0-9]{1,18})?")
                    && marker(after, list).equals(marker)) {
                return after;
            }
        } catch (IllegalArgumentException e) {
            throw invalid(marker);
        }
        throw invalid(marker);
    }

    private static LambdaException invalid(String marker) {
        return LambdaError.INVALID_PARAMETER_VALUE.with(
                "The Marker '" + marker + "' is none that an earlier answer gave as NextMarker.");
    }
}
