package dev.mayfly.billing.rating;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;

/** What is counted. Each ledger line feeds one or more meters. */
public enum Meter {
    /** Attempts handed to a function. */
    FUNCTION_REQUESTS("function-requests"),
    /** Configured memory times billed time. */
    FUNCTION_COMPUTE("function-compute"),
    /** Object writes, copies and listings. */
    OBJECT_REQUESTS_CLASS_A("object-requests-class-a"),
    /** Object reads. */
    OBJECT_REQUESTS_CLASS_B("object-requests-class-b"),
    /** Deletions and aborted uploads. */
    OBJECT_REQUESTS_FREE("object-requests-free"),
    /** Stored bytes times time. */
    OBJECT_STORAGE("object-storage"),
    /** Bytes that object requests were answered with. */
    OBJECT_EGRESS("object-egress");

    private final String id;

    Meter(String id) {
        this.id = id;
    }

    /** The name in reports and in the price list. */
    @JsonValue
    public String id() {
        return id;
    }

    static Optional<Meter> of(String id) {
        return Arrays.stream(values()).filter(meter -> meter.id.equals(id)).findFirst();
    }
}
