package dev.mayfly.registry.lambda;

import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.registry.RegistryProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON bodies in one pass, without ever holding one: a zip inside goes from Base64 straight to where it is wanted,
 * the rest is small. The digest of what was read is compared with the one that the client signed.
 */
@Component
public class RequestBodies {
    private static final int DEEPEST = 32;
    private static final int MOST_TOKENS = 20_000;

    private final int smallLimit;
    private final long zipLimit;
    private final JsonFactory json;

    RequestBodies(RegistryProperties properties) {
        this.smallLimit = Math.toIntExact(properties.limits().request().toBytes());
        this.zipLimit = properties.limits().inlineZip().toBytes();
        this.json = JsonFactory.builder()
                .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxStringLength(smallLimit)
                        .maxTokenCount(MOST_TOKENS)
                        .build())
                .build();
    }

    /** Where a zip inside a request goes. */
    @FunctionalInterface
    public interface ZipSink {
        OutputStream open() throws IOException;
    }

    /** Reads a body that carries no zip. */
    public <T> T read(HttpServletRequest request, String operation, Class<T> type) {
        return read(request, smallLimit, smallLimit, new Reading(null, "", operation), type);
    }

    /**
     * Reads a body that may carry a zip.
     *
     * @param zipMember the member that holds it, e.g. {@code Code.ZipFile}
     * @param sink opened only when there is one
     */
    public <T> T read(HttpServletRequest request, String operation, Class<T> type, String zipMember, ZipSink sink) {
        long named = base64Length(zipLimit);
        return read(request, named + smallLimit, named, new Reading(sink, zipMember, operation), type);
    }

    /** @param named the limit that the refusal of a larger body names */
    private <T> T read(HttpServletRequest request, long limit, long named, Reading reading, Class<T> type) {
        Voucher voucher = Caller.of(request).voucher();
        if (request.getContentLengthLong() > limit) {
            throw tooLarge(named, reading.operation);
        }
        JsonNode body;
        try (var in = new SignedBody(request.getInputStream(), limit, () -> tooLarge(named, reading.operation))) {
            try (JsonParser parser = json.createParser(in)) {
                body = reading.document(parser);
            }
            in.finish(voucher.payload());
        } catch (JacksonException e) {
            if (e.getCause() instanceof IOException) {
                throw LambdaError.INVALID_REQUEST_CONTENT.with("The request's body ended early.");
            }
            throw LambdaError.INVALID_REQUEST_CONTENT.with(
                    "Could not parse request body into json: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw LambdaError.INVALID_REQUEST_CONTENT.with("The request's body ended early.");
        }
        try {
            return LambdaJson.mapper().treeToValue(body, type);
        } catch (JacksonException e) {
            throw LambdaError.INVALID_REQUEST_CONTENT.with(
                    "Could not parse request body into json: " + e.getOriginalMessage());
        }
    }

    private static long base64Length(long bytes) {
        return (bytes * 4 + 2) / 3;
    }

    private static LambdaException tooLarge(long limit, String operation) {
        return LambdaError.REQUEST_ENTITY_TOO_LARGE.with(
                "Request must be smaller than " + limit + " bytes for the " + operation + " operation");
    }

    /** One pass over one body. */
    private final class Reading {
        private final @Nullable ZipSink sink;
        private final String zipMember;
        private final String operation;
        private long small;

        Reading(@Nullable ZipSink sink, String zipMember, String operation) {
            this.sink = sink;
            this.zipMember = zipMember;
            this.operation = operation;
        }

        JsonNode document(JsonParser parser) throws IOException {
            if (parser.nextToken() == null) {
                return JsonNodeFactory.instance.objectNode();
            }
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new StreamReadException(parser, "an object is expected");
            }
            JsonNode object = object(parser, "");
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "more follows after the object");
            }
            return object;
        }

        private ObjectNode object(JsonParser parser, String path) throws IOException {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String member = parser.currentName();
                count(member.length());
                String memberPath = path.isEmpty() ? member : path + "." + member;
                JsonToken token = parser.nextToken();
                if (sink != null && memberPath.equals(zipMember) && token == JsonToken.VALUE_STRING) {
                    try (var out = new BoundedOutput(
                            sink.open(), zipLimit, () -> tooLarge(base64Length(zipLimit), operation))) {
                        parser.readBinaryValue(out);
                    }
                } else {
                    object.set(member, value(parser, memberPath));
                }
            }
            return object;
        }

        private JsonNode value(JsonParser parser, String path) throws IOException {
            return switch (parser.currentToken()) {
                case START_OBJECT -> object(parser, path);
                case START_ARRAY -> {
                    ArrayNode array = JsonNodeFactory.instance.arrayNode();
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        array.add(value(parser, path));
                    }
                    yield array;
                }
                case VALUE_NUMBER_INT ->
                    parser.getNumberType() == JsonParser.NumberType.INT
                            ? JsonNodeFactory.instance.numberNode(parser.getIntValue())
                            : JsonNodeFactory.instance.numberNode(parser.getBigIntegerValue());
                case VALUE_NUMBER_FLOAT -> JsonNodeFactory.instance.numberNode(parser.getDoubleValue());
                case VALUE_TRUE -> JsonNodeFactory.instance.booleanNode(true);
                case VALUE_FALSE -> JsonNodeFactory.instance.booleanNode(false);
                case VALUE_NULL -> JsonNodeFactory.instance.nullNode();
                default -> {
                    String text = parser.getString();
                    count(text.length());
                    yield JsonNodeFactory.instance.stringNode(text);
                }
            };
        }

        private void count(int characters) {
            small += characters;
            if (small > smallLimit) {
                throw tooLarge(smallLimit, operation);
            }
        }
    }
}
