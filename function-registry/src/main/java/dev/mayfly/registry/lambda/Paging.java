package dev.mayfly.registry.lambda;

import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@code MaxItems}, {@code Marker} and {@code NextMarker}. A marker is sealed: it goes on with the list that gave it, and no other. */
@Component
public class Paging {
    /** The most items of one answer, for lists of what is said about one function. */
    public static final int MOST = 50;

    private final Sealer sealer;

    Paging(Sealer sealer) {
        this.sealer = sealer;
    }

    /**
     * What a request asks for.
     *
     * @param list names the list and whose it is: a marker of another is refused
     * @param size how many items
     * @param after the last item of the answer before, or the empty text
     */
    public record Asked(String list, int size, String after) {}

    /**
     * @param items up to as many as were asked for
     * @param nextMarker null at the list's end
     */
    public record Page<T>(List<T> items, @Nullable String nextMarker) {}

    /**
     * Reads {@code MaxItems} and {@code Marker}.
     *
     * @throws LambdaException when one of them is malformed
     */
    public Asked asked(HttpServletRequest http, String list) {
        return asked(http, list, MOST);
    }

    /** As {@link #asked(HttpServletRequest, String)}, for a list of which up to {@code most} items can be asked for. */
    public Asked asked(HttpServletRequest http, String list, int most) {
        String wanted = http.getParameter("MaxItems");
        int size = wanted == null || wanted.isEmpty() ? MOST : number(wanted);
        new Constraints().between("maxItems", size, 1, most).check();
        String marker = http.getParameter("Marker");
        return new Asked(list, size, marker == null || marker.isEmpty() ? "" : open(marker, list));
    }

    /**
     * Cuts what was found to size.
     *
     * @param found in order, and one more than asked for when there is more
     * @param key by which the list is ordered
     */
    public <T> Page<T> page(Asked asked, List<T> found, Function<T, String> key) {
        if (found.size() <= asked.size()) {
            return new Page<>(found, null);
        }
        List<T> items = found.subList(0, asked.size());
        byte[] last = key.apply(items.getLast()).getBytes(StandardCharsets.UTF_8);
        return new Page<>(items, sealer.seal(last, context(asked.list())));
    }

    private String open(String marker, String list) {
        try {
            return new String(sealer.open(marker, context(list)), StandardCharsets.UTF_8);
        } catch (InvalidSealException e) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "The Marker is none that an earlier answer of this list gave as NextMarker.");
        }
    }

    private static String context(String list) {
        return "marker of " + list;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("MaxItems must be a number.");
        }
    }
}
