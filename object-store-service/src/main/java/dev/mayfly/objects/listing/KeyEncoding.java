package dev.mayfly.objects.listing;

import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.Xml;

/** How a listing shows keys: as they are, or percent-encoded when asked to. */
public record KeyEncoding(boolean url) {
    /** @throws S3Exception InvalidArgument when another encoding than {@code url} is asked for */
    public static KeyEncoding of(S3Request request) {
        String type = request.query("encoding-type");
        if (type == null || type.isEmpty()) {
            return new KeyEncoding(false);
        }
        if (!type.equalsIgnoreCase("url")) {
            throw S3Exception.invalidArgument("encoding-type", type, "Invalid Encoding Method specified in Request");
        }
        return new KeyEncoding(true);
    }

    public String show(String key) {
        return url ? Percent.encode(key) : key;
    }

    /** Says in the answer that keys are encoded. */
    public void tell(Xml xml) {
        if (url) {
            xml.element("EncodingType", "url");
        }
    }
}
