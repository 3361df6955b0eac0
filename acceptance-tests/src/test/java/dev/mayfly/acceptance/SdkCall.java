package dev.mayfly.acceptance;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LambdaResponse;
import software.amazon.awssdk.utils.builder.Buildable;
import tools.jackson.databind.JsonNode;

/** An operation of the Lambda API by its name, called with the AWS SDK's own client, request and response classes. */
record SdkCall(String operation, JsonNode input) {
    private static final String MODEL = LambdaException.class.getPackageName() + ".";

    /**
     * What came of it.
     *
     * @param error the error type that the SDK read from the answer; empty where there is none
     * @param members of the response, or of nothing
     */
    record Answer(int status, String error, String message, Map<String, Object> members) {}

    /** The operations of the SDK's synchronous client, and the errors that AWS's model says each has. */
    static Map<String, Set<String>> modelled() {
        return Stream.of(LambdaClient.class.getMethods())
                .filter(method -> method.getParameterCount() == 1
                        && method.getParameterTypes()[0].getName().startsWith(MODEL)
                        && LambdaResponse.class.isAssignableFrom(method.getReturnType()))
                .collect(Collectors.toMap(
                        method -> method.getName().substring(0, 1).toUpperCase(Locale.ROOT)
                                + method.getName().substring(1),
                        method -> Stream.of(method.getExceptionTypes())
                                .filter(type ->
                                        LambdaException.class.isAssignableFrom(type) && type != LambdaException.class)
                                .map(Class::getSimpleName)
                                .collect(Collectors.toCollection(TreeSet::new))));
    }

    /** Sends it. */
    Answer send(LambdaClient lambda) {
        try {
            Class<?> type = Class.forName(MODEL + operation + "Request");
            Object request = filled((SdkPojo) type.getMethod("builder").invoke(null));
            String method = operation.substring(0, 1).toLowerCase(Locale.ROOT) + operation.substring(1);
            var response =
                    (LambdaResponse) LambdaClient.class.getMethod(method, type).invoke(lambda, request);
            return new Answer(response.sdkHttpResponse().statusCode(), "", "", members(response));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LambdaException refusal) {
                var details = refusal.awsErrorDetails();
                return new Answer(refusal.statusCode(), details.errorCode(), details.errorMessage(), Map.of());
            }
            throw new IllegalStateException(this + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(operation + " is no operation of this SDK", e);
        }
    }

    private static Map<String, Object> members(SdkPojo pojo) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            if (value != null) {
                members.put(field.memberName(), value);
            }
        }
        return members;
    }

    private Object filled(SdkPojo builder) {
        return filled(builder, input);
    }

    private static Object filled(SdkPojo builder, JsonNode members) {
        Map<String, SdkField<?>> fields =
                builder.sdkFields().stream().collect(Collectors.toMap(SdkField::memberName, field -> field));
        members.forEachEntry((name, value) -> {
            SdkField<?> field = fields.get(name);
            if (field == null) {
                throw new IllegalArgumentException(name + " is none of " + fields.keySet());
            }
            field.set(builder, value(field, value));
        });
        return ((Buildable) builder).build();
    }

    private static Object value(SdkField<?> field, JsonNode node) {
        return switch (field.marshallingType().getTargetClass().getSimpleName()) {
            case "String" -> node.asString();
            case "Integer" -> node.intValue();
            case "Long" -> node.longValue();
            case "Double" -> node.doubleValue();
            case "Boolean" -> node.booleanValue();
            case "SdkBytes" -> SdkBytes.fromByteArray(Base64.getDecoder().decode(node.asString()));
            case "List" -> list(field.getTrait(ListTrait.class).memberFieldInfo(), node);
            case "Map" -> map(field.getTrait(MapTrait.class).valueFieldInfo(), node);
            case "SdkPojo" -> filled(field.constructor().get(), node);
            default -> throw new IllegalArgumentException(field.memberName() + " is of a kind that no line has yet");
        };
    }

    private static List<Object> list(SdkField<?> member, JsonNode node) {
        List<Object> list = new ArrayList<>();
        node.forEach(one -> list.add(value(member, one)));
        return list;
    }

    private static Map<String, Object> map(SdkField<?> member, JsonNode node) {
        Map<String, Object> map = new LinkedHashMap<>();
        node.forEachEntry((key, value) -> map.put(key, value(member, value)));
        return map;
    }
}
