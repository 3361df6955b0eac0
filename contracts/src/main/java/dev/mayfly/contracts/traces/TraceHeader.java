package dev.mayfly.contracts.traces;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The X-Ray style trace header of an invocation: the trace that it belongs to, and in its field {@code Lineage} which functions
 * ran before it in the chain that one event set off, and how often ({@code Lineage=a87bd80c:1|68fd508a:5}). AWS's SDKs hand it
 * on when they are used within a function.
 *
 * @param text e.g. {@code Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=a87bd80c:0}
 */
public record TraceHeader(String text) {
    public static final String NAME = "X-Amzn-Trace-Id";

    private static final String LINEAGE = "Lineage=";
    private static final Pattern LINK = Pattern.compile("[0-9a-f]{8}:[0-9]{1,4}");
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final HexFormat HEX = HexFormat.of();
    private static final int LONGEST_SENT = 512;

    /** How many functions a lineage tells of; the first ones are forgotten. */
    private static final int LINKS = 16;

    /** @param sent by whoever invokes; what is longer than 512 characters, its lineage aside, is not taken */
    public static TraceHeader of(@Nullable String sent) {
        return of(sent, null);
    }

    /**
     * @param sent as above
     * @param traceparent a W3C trace context, which says what trace it is where {@code sent} does not; or null
     */
    public static TraceHeader of(@Nullable String sent, @Nullable String traceparent) {
        if (sent != null && !sent.isEmpty()) {
            var header = new TraceHeader(sent);
            if (header.withoutLineage().text.length() <= LONGEST_SENT) {
                return header;
            }
        }
        return traceparent == null || !isTraceparent(traceparent) ? fresh() : following(traceparent);
    }

    public static boolean isTraceparent(String text) {
        return TRACEPARENT.matcher(text).matches();
    }

    private static TraceHeader fresh() {
        var random = ThreadLocalRandom.current();
        return new TraceHeader("Root=1-" + HEX.toHexDigits((int) (System.currentTimeMillis() / 1000)) + "-"
                + HEX.toHexDigits(random.nextInt()) + HEX.toHexDigits(random.nextLong()) + ";Sampled=0");
    }

    private static TraceHeader following(String traceparent) {
        String sampled = (Character.digit(traceparent.charAt(54), 16) & 1) == 1 ? "1" : "0";
        return new TraceHeader("Root=1-" + traceparent.substring(3, 11) + "-" + traceparent.substring(11, 35)
                + ";Parent=" + traceparent.substring(36, 52) + ";Sampled=" + sampled);
    }

    /** The header as the function gets it: with one run more of it in the lineage. */
    public TraceHeader entering(String accountId, String function) {
        String hash = hash(accountId, function);
        int before = 0;
        List<String> links = lineage();
        for (String link : links) {
            if (link.startsWith(hash)) {
                before = 1 + count(link);
            }
        }
        links.removeIf(link -> link.startsWith(hash));
        links.add(hash + ":" + Math.min(before, 9999));
        int first = Math.max(0, links.size() - LINKS);
        return new TraceHeader(
                withoutLineage().text + ";" + LINEAGE + String.join("|", links.subList(first, links.size())));
    }

    /** How often the function had run in this chain before the invocation that got this header; 0 when nothing is told of it. */
    public int runsBefore(String accountId, String function) {
        String hash = hash(accountId, function);
        return lineage().stream()
                .filter(link -> link.startsWith(hash))
                .mapToInt(TraceHeader::count)
                .max()
                .orElse(0);
    }

    /** As if it began a chain. */
    public TraceHeader withoutLineage() {
        if (start() < 0) {
            return this;
        }
        return new TraceHeader(Arrays.stream(text.split(";", -1))
                .filter(field -> !field.startsWith(LINEAGE))
                .collect(Collectors.joining(";")));
    }

    private List<String> lineage() {
        var links = new ArrayList<String>();
        int start = start();
        if (start >= 0) {
            int end = text.indexOf(';', start);
            String value = text.substring(start + LINEAGE.length(), end < 0 ? text.length() : end);
            for (String link : value.split("\\|", 4 * LINKS)) {
                if (LINK.matcher(link).matches()) {
                    links.add(link);
                }
            }
        }
        return links;
    }

    private int start() {
        if (text.startsWith(LINEAGE)) {
            return 0;
        }
        int separator = text.indexOf(";" + LINEAGE);
        return separator < 0 ? -1 : separator + 1;
    }

    private static int count(String link) {
        return Integer.parseInt(link.substring(link.indexOf(':') + 1));
    }

    private static String hash(String accountId, String function) {
        var sum = new CRC32();
        sum.update((accountId + ":" + function).getBytes(StandardCharsets.UTF_8));
        return HEX.toHexDigits((int) sum.getValue());
    }
}
