package dev.mayfly.contracts.events;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.util.RawValue;

/** Events and answers of functions as parts of larger documents. */
public final class EmbeddedJson {
    /** Levels: ten times what is let in as an event, since a document may be part of another; each takes memory. */
    private static final int DEEPEST = 10_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private EmbeddedJson() {}

    /**
     * What Jackson is to write for {@code payload}: JSON just as it is, to the last digit and up to 10,000 levels deep; what is
     * no JSON, which a function may well answer, as a string; null for nothing.
     */
    public static @Nullable Object of(byte[] payload) {
        if (payload.length == 0) {
            return null;
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(payload, StandardCharsets.UTF_8);
        }
        String json = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        return isJson(json) ? new RawValue(json) : text;
    }

    private static boolean isJson(String text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }
}
