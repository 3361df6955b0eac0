package dev.mayfly.contracts.function;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a function reaches besides the gateway. */
public enum Network {
    /** Nothing. */
    NONE,
    /** The internet; private, link-local and metadata addresses stay closed. */
    EGRESS;

    /** The function tag that chooses it. */
    public static final String TAG = "mayfly:network";

    /** The value of {@link #TAG}: the name in lower case. */
    public String tagValue() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a tag's value names, if it names one. */
    public static Optional<Network> fromTag(String value) {
        return Arrays.stream(values())
                .filter(network -> network.tagValue().equals(value))
                .findFirst();
    }
}
