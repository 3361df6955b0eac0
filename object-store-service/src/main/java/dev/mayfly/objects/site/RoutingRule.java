package dev.mayfly.objects.site;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import org.jspecify.annotations.Nullable;

/**
 * A redirect under a condition.
 *
 * @param prefix of the keys that it is about; empty for all
 * @param error only where the answer would have this status, or null
 */
record RoutingRule(String prefix, @Nullable Integer error, Redirect redirect) {
    static RoutingRule read(XmlElement xml) {
        XmlElement redirect = xml.only("Redirect");
        if (redirect == null) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        XmlElement condition = xml.only("Condition");
        String prefix = condition == null ? null : condition.child("KeyPrefixEquals");
        String error = condition == null ? null : condition.child("HttpErrorCodeReturnedEquals");
        if (condition != null && prefix == null && error == null) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "Condition cannot be empty. To redirect all requests without a condition, the condition element"
                            + " shouldn't be present.");
        }
        if (error != null && !error.matches("[45]\\d\\d")) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "The provided HTTP error code (" + error + ") is not valid. Valid codes are 4XX or 5XX.");
        }
        return new RoutingRule(
                prefix == null ? "" : prefix, error == null ? null : Integer.valueOf(error), Redirect.read(redirect));
    }

    void write(Xml xml) {
        xml.open("RoutingRule");
        if (!prefix.isEmpty() || error != null) {
            xml.open("Condition")
                    .element("KeyPrefixEquals", prefix.isEmpty() ? null : prefix)
                    .element("HttpErrorCodeReturnedEquals", error == null ? null : error.toString())
                    .close();
        }
        redirect.write(xml);
        xml.close();
    }

    /** @param status of the error that would be answered, or null before anything was looked for */
    boolean applies(String key, @Nullable Integer status) {
        return key.startsWith(prefix) && (error == null ? status == null : error.equals(status));
    }
}
