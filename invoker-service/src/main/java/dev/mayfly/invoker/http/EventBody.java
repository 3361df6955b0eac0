package dev.mayfly.invoker.http;

import dev.mayfly.contracts.trust.Voucher;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** Reads and checks the event that a request carries. */
final class EventBody {
    private static final byte[] EMPTY_EVENT = {'{', '}'};
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1000)
                    .maxStringLength(16 << 20)
                    .maxNumberLength(100_000)
                    .build())
            .build();

    private EventBody() {}

    /**
     * The body, whole, as it was signed.
     *
     * @throws LambdaException when it is larger than {@code limit} bytes or not what was signed
     */
    static byte[] read(HttpServletRequest request, Voucher voucher, int limit) throws LambdaException, IOException {
        if (request.getContentLengthLong() > limit) {
            throw tooLarge(limit);
        }
        byte[] body = read(request.getInputStream(), request.getContentLengthLong(), limit);
        if (body.length > limit) {
            throw tooLarge(limit);
        }
        var signed = voucher.payload();
        if (signed != null && DIGEST.matcher(signed.contentSha256()).matches()) {
            checkDigest(body, signed.contentSha256());
        }
        return body.length == 0 ? EMPTY_EVENT : body;
    }

    private static byte[] read(InputStream in, long length, int limit) throws IOException, LambdaException {
        if (length < 0) {
            return in.readNBytes(limit + 1);
        }
        byte[] body = new byte[(int) length];
        if (in.readNBytes(body, 0, body.length) < body.length) {
            throw new LambdaException(LambdaError.INVALID_REQUEST_CONTENT, "The request body ended early");
        }
        return body;
    }

    private static void checkDigest(byte[] body, String signed) throws LambdaException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
            if (!MessageDigest.isEqual(digest, HexFormat.of().parseHex(signed))) {
                throw new LambdaException(
                        LambdaError.INVALID_SIGNATURE,
                        "The request signature we calculated does not match the signature you provided. Check your AWS"
                                + " Secret Access Key and signing method. Consult the service documentation for"
                                + " details.");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no SHA-256", e);
        }
    }

    /** @throws LambdaException when {@code event} is not exactly one JSON value */
    static void requireJson(byte[] event) throws LambdaException {
        if (event == EMPTY_EVENT) {
            return;
        }
        try (JsonParser parser =
                JSON.createParser(tools.jackson.core.ObjectReadContext.empty(), event, 0, event.length)) {
            if (parser.nextToken() == null) {
                throw notJson("No content to map due to end-of-input");
            }
            parser.skipChildren();
            parser.finishToken();
            if (parser.nextToken() != null) {
                throw notJson("Trailing content after the first JSON value");
            }
        } catch (JacksonException e) {
            throw notJson(e.getOriginalMessage());
        }
    }

    private static LambdaException notJson(String why) {
        return new LambdaException(
                LambdaError.INVALID_REQUEST_CONTENT,
                "Could not parse request body into json: Could not parse payload into json: " + printable(why));
    }

    /** What the client sent is quoted in the message; only what any header and terminal bears is kept of it. */
    private static String printable(String text) {
        return new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII)
                .replaceAll("[^ -~]", "?");
    }

    private static LambdaException tooLarge(int limit) {
        return new LambdaException(
                LambdaError.REQUEST_TOO_LARGE,
                "Request must be smaller than " + limit + " bytes for the InvokeFunction operation");
    }
}
