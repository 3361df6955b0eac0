package dev.mayfly.registry.functions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.RegistryFixture;
import dev.mayfly.registry.Zips;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class RefusalsTest extends RegistryFixture {
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final byte[] ZIP = Zips.of("index.js", "exports.handler = () => 1");
    private static final String TOO_MANY_TAGS =
            IntStream.range(0, 51).mapToObj(i -> "\"tag" + i + "\":\"x\"").collect(Collectors.joining(",", "{", "}"));

    private static String mount(String account, String path) {
        return "{\"Arn\":\"arn:aws:elasticfilesystem:us-east-1:" + account
                + ":access-point/fsap-0123456789abcdef0\",\"LocalMountPath\":\"" + path + "\"}";
    }

    private static String mounts(String account, String path) {
        return "[" + mount(account, path) + "]";
    }

    @BeforeEach
    void aFunctionToChange() {
        send("POST", FUNCTIONS, createBody("existing", ZIP, "nodejs20.x", ""));
    }

    /** A member of a request, its value as JSON, and the error for it. */
    static Stream<Arguments> members() {
        return Stream.of(
                validation(
                        "MemorySize",
                        "127",
                        "Value '127' at 'memorySize' failed to satisfy constraint: Member must"
                                + " have value greater than or equal to 128"),
                validation("MemorySize", "10241", "Member must have value less than or equal to 10240"),
                validation(
                        "Timeout",
                        "0",
                        "Value '0' at 'timeout' failed to satisfy constraint: Member must have value"
                                + " greater than or equal to 1"),
                validation("Timeout", "901", "Member must have value less than or equal to 900"),
                validation("EphemeralStorage", "{\"Size\":511}", "Value '511' at 'ephemeralStorage.size' failed"),
                validation("EphemeralStorage", "{\"Size\":10241}", "less than or equal to 10240"),
                validation("EphemeralStorage", "{}", "Value null at 'ephemeralStorage.size'"),
                validation(
                        "Handler",
                        "\"a b\"",
                        "at 'handler' failed to satisfy constraint: Member must satisfy regular"
                                + " expression pattern: [^\\s]+"),
                validation(
                        "Handler",
                        text("a", 129),
                        "at 'handler' failed to satisfy constraint: Member must have length"
                                + " less than or equal to 128"),
                validation("Description", text("a", 257), "Member must have length less than or equal to 256"),
                validation(
                        "Role",
                        "\"nobody\"",
                        "Value 'nobody' at 'role' failed to satisfy constraint: Member must"
                                + " satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?"),
                validation("Environment", "{\"Variables\":{\"1A\":\"x\"}}", "Map keys must satisfy constraint"),
                Arguments.of(
                        "Role",
                        "\"arn:aws:iam::999999999999:role/x\"",
                        403,
                        "AccessDeniedException",
                        "Cross-account pass role is not allowed."),
                invalid(
                        "Environment",
                        "{\"Variables\":{\"AWS_REGION\":\"x\",\"_HANDLER\":\"y\"}}",
                        "Reserved keys used in this request: AWS_REGION, _HANDLER"),
                invalid("Environment", "{\"Variables\":{\"BIG\":" + text("a", 4094) + "}}", "exceeded the 4KB limit"),
                invalid(
                        "Environment",
                        "{\"Variables\":{\"BIG\":" + text("\u00e4", 2047) + "}}",
                        "exceeded the 4KB limit"),
                invalid("Environment", "{\"Variables\":{\"NUL\":null}}", "NUL is null"),
                invalid("Environment", "{\"Variables\":{\"NUL\":\"\\u0000\"}}", "holds a NUL character"),
                invalid(
                        "Runtime",
                        "\"nodejs4.3\"",
                        "Value nodejs4.3 at 'runtime' failed to satisfy constraint: Member must"
                                + " satisfy enum value set: [java25, nodejs20.x, provided.al2023, python3.11, wasm32-wasip1]"),
                invalid("VpcConfig", "{\"SubnetIds\":[\"subnet-1\"]}", "Not supported by Mayfly yet: VpcConfig"),
                validation("DeadLetterConfig", "{\"TargetArn\":\"nothing\"}", "at 'deadLetterConfig.targetArn'"),
                invalid(
                        "DeadLetterConfig",
                        "{\"TargetArn\":\"arn:aws:sqs:us-east-1:000000000000:queue\"}",
                        "names nothing that Mayfly delivers to"),
                invalid("KMSKeyArn", "\"arn:x\"", "KMSKeyArn"),
                validation("Layers", "[\"arn:x\"]", "at 'layers.member'"),
                validation("Layers", "[null]", "at 'layers.member'"),
                invalid(
                        "Layers",
                        "[\"arn:aws:lambda:us-east-1:000000000000:layer:none:1\"]",
                        "Layer version arn:aws:lambda:us-east-1:000000000000:layer:none:1 does not exist."),
                validation("FileSystemConfigs", "[{\"Arn\":\"x\"}]", "at 'fileSystemConfigs.1.member.arn'"),
                validation("FileSystemConfigs", "[null]", "Value null at 'fileSystemConfigs.1.member.arn'"),
                validation("FileSystemConfigs", mounts("000000000000", "/data"), "member.localMountPath"),
                validation("FileSystemConfigs", mounts("000000000000", "/mnt/.."), "member.localMountPath"),
                validation("FileSystemConfigs", mounts("000000000000", "/mnt/a/b"), "member.localMountPath"),
                validation(
                        "FileSystemConfigs",
                        "[" + mount("000000000000", "/mnt/a") + "," + mount("000000000000", "/mnt/b") + "]",
                        "Member must have value less than or equal to 1"),
                Arguments.of(
                        "FileSystemConfigs",
                        mounts("999999999999", "/mnt/a"),
                        403,
                        "AccessDeniedException",
                        "is another account's"),
                invalid("ImageConfig", "{\"Command\":[\"x\"]}", "ImageConfig"),
                invalid("ImageConfig", "{\"Command\":[\"" + "x".repeat(16_384) + "\"]}", "more than the limit (16384)"),
                validation(
                        "DeadLetterConfig",
                        "{\"TargetArn\":\"arn:aws:kafka:" + "x".repeat(2048) + "\"}",
                        "at 'deadLetterConfig.targetArn'"),
                validation("TracingConfig", "{\"Mode\":\"On\"}", "enum value set: [Active, PassThrough]"),
                validation("SnapStart", "{\"ApplyOn\":\"All\"}", "enum value set: [PublishedVersions, None]"),
                validation("LoggingConfig", "{\"LogFormat\":\"XML\"}", "enum value set: [JSON, Text]"),
                validation("LoggingConfig", "{\"LogGroup\":\"a b\"}", "at 'loggingConfig.logGroup'"),
                validation("LoggingConfig", "{\"SystemLogLevel\":\"FATAL\"}", "at 'loggingConfig.systemLogLevel'"),
                invalid(
                        "LoggingConfig",
                        "{\"LogFormat\":\"Text\",\"SystemLogLevel\":\"WARN\"}",
                        "can only be set when LogFormat is JSON"),
                Arguments.of(
                        "MemorySize", "\"128\"", 400, "InvalidRequestContentException", "Could not parse request body"),
                Arguments.of(
                        "MemorySize", "128.5", 400, "InvalidRequestContentException", "Could not parse request body"),
                Arguments.of(
                        "MemorySize", "12345678901234567890", 400, "InvalidRequestContentException", "Could not parse"),
                Arguments.of("Description", "7", 400, "InvalidRequestContentException", "Could not parse request body"),
                Arguments.of(
                        "Environment", "[]", 400, "InvalidRequestContentException", "Could not parse request body"),
                Arguments.of(
                        "Environment",
                        "{\"Variables\":{\"AB\":1}}",
                        400,
                        "InvalidRequestContentException",
                        "Could not"));
    }

    @ParameterizedTest
    @MethodSource("members")
    void refusesOnCreation(String member, String value, int status, String type, String message) {
        assertError(send("POST", FUNCTIONS, create(member, value)), status, type, message);
        assertThat(send("GET", FUNCTIONS + "/refused", "").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("members")
    void refusesOnUpdate(String member, String value, int status, String type, String message) {
        String target = FUNCTIONS + "/existing/configuration";
        assertError(send("PUT", target, "{\"" + member + "\":" + value + "}"), status, type, message);
    }

    static Stream<Arguments> creationMembers() {
        return Stream.of(
                validation(
                        "FunctionName",
                        "\"a b\"",
                        "Value 'a b' at 'functionName' failed to satisfy constraint: Member"
                                + " must satisfy regular expression pattern"),
                validation("FunctionName", text("a", 65), "Member must have length less than or equal to 64"),
                validation("FunctionName", "\"\"", "Member must have length greater than or equal to 1"),
                validation(
                        "FunctionName",
                        "null",
                        "Value null at 'functionName' failed to satisfy constraint: Member must" + " not be null"),
                validation("Role", "null", "Value null at 'role'"),
                validation("Code", "null", "Value null at 'code'"),
                validation("PackageType", "\"Jar\"", "Member must satisfy enum value set: [Zip, Image]"),
                validation("Architectures", "[null]", "Member must not be null"),
                validation("Architectures", "[\"mips\"]", "Member must satisfy enum value set: [x86_64, arm64]"),
                validation("Tags", "{" + text("k", 129) + ":\"v\"}", "at 'tags'"),
                validation("Tags", "{\"k\":" + text("v", 257) + "}", "at 'tags'"),
                invalid("Tags", "{\"aws:k\":\"v\"}", "reserved for system use"),
                invalid("Tags", TOO_MANY_TAGS, "at most 50 tags"),
                invalid(
                        "Tags",
                        "{\"mayfly:isolation\":\"jail\"}",
                        "must be one of [wasm, container, gvisor, microvm, auto]"),
                invalid("Tags", "{\"mayfly:isolation\":\"wasm\"}", "does not go with the runtime nodejs20.x"),
                invalid(
                        "Tags",
                        "{\"mayfly:isolation\":\"microvm\"}",
                        "No sandbox host offers isolation microvm." + " Offered now: [wasm, container]"),
                invalid("Tags", "{\"mayfly:isolation\":\"gvisor\"}", "runsc is not installed"),
                invalid("Tags", "{\"mayfly:network\":\"all\"}", "must be one of [none, egress]"),
                invalid("PackageType", "\"Image\"", "Please don't provide Handler or Runtime or Layer"),
                invalid("Architectures", "[\"" + other() + "\"]", "is not offered"),
                invalid("Runtime", "null", "Runtime and Handler are mandatory parameters"),
                invalid("Handler", "null", "Runtime and Handler are mandatory parameters"),
                invalid("Code", "{}", "Please provide a source for function code"),
                invalid("Code", "{\"ZipFile\":\"\"}", "Uploaded file must be a non-empty zip"),
                invalid("Code", "{\"ImageUri\":\"x\"}", "ImageUri"),
                invalid(
                        "Code",
                        "{\"ZipFile\":\"bm90IGEgemlwLCBidXQgbG9uZyBlbm91Z2g=\"}",
                        "Could not unzip uploaded file." + " Please check your file, then try to upload again."),
                invalid("Code", "{\"ZipFile\":\"" + base64(Zips.of("../a", "x")) + "\"}", "'..'"),
                invalid("Code", "{\"ZipFile\":\"" + base64(Zips.symlink("a", "/etc")) + "\"}", "points outside"),
                invalid("Code", "{\"S3Bucket\":\"bucket\"}", "Please provide a source for function code"),
                invalid(
                        "Code",
                        "{\"S3Bucket\":\"bucket\",\"S3Key\":\"none.zip\"}",
                        "Error occurred while GetObject. S3"
                                + " Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."),
                Arguments.of(
                        "Code",
                        "{\"S3Bucket\":\"forbidden\",\"S3Key\":\"a.zip\"}",
                        403,
                        "AccessDeniedException",
                        "Your access has been denied by S3"),
                Arguments.of("Code", "{\"ZipFile\":\"!!!\"}", 400, "InvalidRequestContentException", "Could not parse"),
                Arguments.of(
                        "Code", "{\"ZipFile\":7}", 400, "InvalidParameterValueException", "Please provide a source"));
    }

    @ParameterizedTest
    @MethodSource("creationMembers")
    void refusesOnCreationOnly(String member, String value, int status, String type, String message) {
        assertError(send("POST", FUNCTIONS, create(member, value)), status, type, message);
    }

    @Test
    void namesEveryViolationAtOnce() {
        String body = createBody("refused", ZIP, "nodejs20.x", "\"Timeout\":0,\"MemorySize\":1");
        assertError(
                send("POST", FUNCTIONS, body),
                400,
                "ValidationException",
                "2 validation errors detected: Value '1' at" + " 'memorySize' failed");
    }

    @Test
    void emptySettingsPass() {
        String body = createBody("empties", ZIP, "nodejs20.x", """
                "VpcConfig":{"SubnetIds":[],"SecurityGroupIds":[],"Ipv6AllowedForDualStack":false},"Layers":[],
                "DeadLetterConfig":{"TargetArn":""},"KMSKeyArn":"","FileSystemConfigs":[],"ImageConfig":{},
                "TracingConfig":{"Mode":"PassThrough"},"SnapStart":{"ApplyOn":"None"},"Publish":false,
                "LoggingConfig":{"LogFormat":"Text"},"PackageType":"Zip","Environment":{},"Tags":{}""");
        assertThat(send("POST", FUNCTIONS, body).statusCode()).isEqualTo(201);
    }

    @Test
    void limitsThemselvesAreAllowed() {
        String more = "\"MemorySize\":10240,\"Timeout\":900,\"EphemeralStorage\":{\"Size\":10240},\"Description\":"
                + text("d", 256) + ",\"Environment\":{\"Variables\":{\"BIG\":" + text("a", 4093) + "}}";
        String name = "n".repeat(64);
        assertThat(send("POST", FUNCTIONS, createBody(name, ZIP, "nodejs20.x", more))
                        .statusCode())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "\"x\"", "{", "{\"FunctionName\":", "{} {}", "nonsense", "{\"a\":1e999999999}"})
    void refusesBodiesThatAreNoRequest(String body) {
        var answer = send("POST", FUNCTIONS, body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("x-amzn-ErrorType").orElseThrow())
                .isIn("InvalidRequestContentException", "ValidationException");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE /2015-03-31/functions/existing/versions",
                "PATCH /2015-03-31/functions/existing",
                "GET /",
                "GET /nothing/here",
                "POST /internal/nothing",
            })
    void answersUnknownOperations(String request) {
        String[] parts = request.split(" ");
        assertError(
                send(parts[0], parts[1], ""), 404, "UnknownOperationException", "is no Lambda operation that Mayfly");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/2015-03-31/functions/a%2Fb", "/2015-03-31/functions/%00", "/2015-03-31/functions/%zz"})
    void answersUnreadablePathsInJson(String target) throws Exception {
        try (var socket = new java.net.Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Mayfly-Voucher: "
                                    + serviceVoucher() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .contains("HTTP/1.1 400")
                    .contains("\"Type\":\"User\"")
                    .doesNotContain("<html");
        }
    }

    /** PostgreSQL has no text with that character. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /2015-03-31/functions/existing/aliases {'Name':'nul','FunctionVersion':'$LATEST','Description':'NUL'}",
                "PUT /2015-03-31/functions/existing/configuration {'Description':'NUL'}",
                "PUT /2015-03-31/functions/existing/configuration {'Handler':'aNUL'}",
                "POST /2018-10-31/layers/nul/versions {'LicenseInfo':'NUL','Content':{'ZipFile':'ZIP'}}",
            })
    void textThatCannotBeKeptIsRefused(String request) {
        String[] parts = request.split(" ", 3);
        String body = parts[2].replace('\'', '"').replace("NUL", "\\u0000").replace("ZIP", base64(ZIP));
        assertError(send(parts[0], parts[1], body), 400, "InvalidParameterValueException", "U+0000");
    }

    private static String create(String member, String value) {
        ObjectNode body = (ObjectNode) Json.mapper().readTree(createBody("refused", ZIP, "nodejs20.x", ""));
        body.set(member, Json.mapper().readTree(value));
        return body.toString();
    }

    static void assertError(HttpResponse<String> answer, int status, String type, String message) {
        assertThat(answer.body()).contains("\"Message\"");
        var body = Json.mapper().readTree(answer.body().getBytes(StandardCharsets.ISO_8859_1));
        assertThat(body.get("Message").stringValue()).contains(message);
        assertThat(body.get("message")).isEqualTo(body.get("Message"));
        assertThat(answer.headers().firstValue("x-amzn-ErrorType")).contains(type);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(body.get("Type").stringValue()).isEqualTo("User");
    }

    private static Arguments validation(String member, String value, String message) {
        return Arguments.of(member, value, 400, "ValidationException", message);
    }

    private static Arguments invalid(String member, String value, String message) {
        return Arguments.of(member, value, 400, "InvalidParameterValueException", message);
    }

    private static String text(String character, int count) {
        return "\"" + character.repeat(count) + "\"";
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String other() {
        return Architecture.OF_THIS_MACHINE.equals("arm64") ? "x86_64" : "arm64";
    }
}
