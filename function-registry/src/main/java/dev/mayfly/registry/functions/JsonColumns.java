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

    @Converter
    static class Environment implements AttributeConverter<Map<String, String>, String> {
        private static final TypeReference<TreeMap<String, String>> TYPE = new TypeReference<>() {};

        @Override
        public String convertToDatabaseColumn(Map<String, String> variables) {
            return Json.text(new TreeMap<>(variables));
        }

        @Override
        public Map<String, String> convertToEntityAttribute(String json) {
            return Json.mapper().readValue(json, TYPE);
        }
    }

    @Converter
    static class Contents implements AttributeConverter<CodeContents, String> {
        @Override
        public String convertToDatabaseColumn(CodeContents contents) {
            return Json.text(contents);
        }

        @Override
        public CodeContents convertToEntityAttribute(String json) {
            return Json.mapper().readValue(json, CodeContents.class);
        }
    }

    @Converter
    static class Options implements AttributeConverter<FunctionOptions, String> {
        @Override
        public String convertToDatabaseColumn(FunctionOptions options) {
            return Json.text(options);
        }

        @Override
        public FunctionOptions convertToEntityAttribute(String json) {
            return Json.mapper().readValue(json, FunctionOptions.class);
        }
    }

    @Converter
    static class Status implements AttributeConverter<FunctionStatus, String> {
        @Override
        public String convertToDatabaseColumn(FunctionStatus status) {
            return Json.text(status);
        }

        @Override
        public FunctionStatus convertToEntityAttribute(String json) {
            return Json.mapper().readValue(json, FunctionStatus.class);
        }
    }

    @Converter
    static class Served implements AttributeConverter<@Nullable FunctionVersion, @Nullable String> {
        @Override
        public @Nullable String convertToDatabaseColumn(@Nullable FunctionVersion version) {
            return version == null ? null : Json.text(version);
        }

        @Override
        public @Nullable FunctionVersion convertToEntityAttribute(@Nullable String json) {
            return json == null ? null : Json.mapper().readValue(json, FunctionVersion.class);
        }
    }
}
