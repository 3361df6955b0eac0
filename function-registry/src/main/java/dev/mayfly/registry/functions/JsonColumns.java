package dev.mayfly.registry.functions;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.code.CodeContents;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Values that are kept as JSON text. */
final class JsonColumns {
    private JsonColumns() {}

    /** A column of JSON text; what is absent is null in both. */
    abstract static class JsonColumn<T> implements AttributeConverter<@Nullable T, @Nullable String> {
        private final TypeReference<T> type;

        JsonColumn(TypeReference<T> type) {
            this.type = type;
        }

        @Override
        public @Nullable String convertToDatabaseColumn(@Nullable T value) {
            return value == null ? null : Json.text(value);
        }

        @Override
        public @Nullable T convertToEntityAttribute(@Nullable String json) {
            return json == null ? null : Json.mapper().readValue(json, type);
        }
    }

    @Converter
    static class Environment extends JsonColumn<Map<String, String>> {
        Environment() {
            super(new TypeReference<>() {});
        }

        @Override
        public @Nullable String convertToDatabaseColumn(@Nullable Map<String, String> variables) {
            return super.convertToDatabaseColumn(variables == null ? null : new TreeMap<>(variables));
        }
    }

    @Converter
    static class Contents extends JsonColumn<CodeContents> {
        Contents() {
            super(new TypeReference<>() {});
        }
    }

    @Converter
    static class Options extends JsonColumn<FunctionOptions> {
        Options() {
            super(new TypeReference<>() {});
        }
    }

    @Converter
    static class Status extends JsonColumn<FunctionStatus> {
        Status() {
            super(new TypeReference<>() {});
        }
    }

    @Converter
    static class Served extends JsonColumn<FunctionVersion> {
        Served() {
            super(new TypeReference<>() {});
        }
    }
}
