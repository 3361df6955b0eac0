package dev.mayfly.sandbox.wasm;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** Tells JSON from what is not, without building anything from it. */
final class JsonText {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100_000)
                    .maxNumberLength(100_000)
                    .build())
            .build();

    private JsonText() {}

    /** Why {@code text} is not exactly one JSON value; null when it is. */
    static @Nullable String mistake(byte[] text) {
        try (var parser = FACTORY.createParser(tools.jackson.core.ObjectReadContext.empty(), text)) {
            @Nullable JsonToken first = parser.nextToken();
            if (first == null) {
                return "it is empty";
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null ? null : "something follows the first value";
        } catch (JacksonException e) {
            return e.getOriginalMessage();
        }
    }
}
