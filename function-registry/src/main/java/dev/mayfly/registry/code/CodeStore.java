package dev.mayfly.registry.code;

import dev.mayfly.contracts.function.CodeStorage;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import dev.mayfly.contracts.trust.Vouching;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The object store, as far as function code needs it. Failures of the store itself are ServiceExceptions. */
@Component
class CodeStore {
    private static final Logger log = LoggerFactory.getLogger(CodeStore.class);
    /** Images of gigabytes are sent within it. */
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private static final int LONGEST_ERROR = 8192;
    private static final Pattern CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]*)</Message>");

    private final HttpClient http;
    private final Vouching vouching;
    private final URI endpoint;

    CodeStore(HttpClient http, Vouching vouching, RegistryProperties properties) {
        this.http = http;
        this.vouching = vouching;
        this.endpoint = properties.services().objects().resolve("/s3");
    }

    boolean exists(String sha256) {
        HttpResponse<InputStream> answer = system("HEAD", CodeStorage.target(sha256), BodyPublishers.noBody(), null);
        close(answer);
        return switch (answer.statusCode()) {
            case 200 -> true;
            case 404 -> false;
            default -> throw unexpected("HEAD", answer.statusCode(), "");
        };
    }

    void put(String sha256, Path file) throws IOException {
        var signed = new Voucher.PayloadSignature(sha256, null, null, null, null);
        expect("PUT", system("PUT", CodeStorage.target(sha256), BodyPublishers.ofFile(file), signed), 200);
    }

    void delete(String sha256) {
        expect("DELETE", system("DELETE", CodeStorage.target(sha256), BodyPublishers.noBody(), null), 204, 200, 404);
    }

    /** The zip as a stream that the caller closes, or null when it is gone. */
    @Nullable
    HttpResponse<InputStream> open(String sha256) {
        HttpResponse<InputStream> answer = system("GET", CodeStorage.target(sha256), BodyPublishers.noBody(), null);
        if (answer.statusCode() == 404) {
            close(answer);
            return null;
        }
        if (answer.statusCode() != 200) {
            throw unexpected("GET", answer.statusCode(), error(answer));
        }
        return answer;
    }

    /**
     * Copies an object of the caller's account.
     *
     * @param limit bytes at which it is too large
     * @throws LambdaException in Lambda's words, when there is no such object or the caller may not read it
     */
    void download(String bucket, String key, Caller caller, long limit, OutputStream to) throws IOException {
        String target = "/" + encode(bucket) + "/" + encode(key);
        Voucher of = caller.voucher();
        HttpResponse<InputStream> answer = send(
                "GET",
                BodyPublishers.noBody(),
                new Voucher(
                        "function-registry",
                        of.accountId(),
                        of.accessKeyId(),
                        of.role(),
                        of.functionArn(),
                        of.requestId(),
                        target,
                        null,
                        vouching.expiry()));
        if (answer.statusCode() != 200) {
            throw notReadable(answer.statusCode(), error(answer), bucket, key);
        }
        try (InputStream in = answer.body()) {
            byte[] buffer = new byte[32_768];
            long length = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                length += read;
                if (length >= limit) {
                    throw LambdaError.INVALID_PARAMETER_VALUE.with(
                            BadZipException.tooLarge(limit).getMessage());
                }
                to.write(buffer, 0, read);
            }
        }
    }

    private static LambdaException notReadable(int status, String xml, String bucket, String key) {
        String code = first(CODE, xml, "HTTP " + status);
        String message = first(MESSAGE, xml, "");
        String detail = "S3 Error Code: " + code + ". S3 Error Message: " + message;
        return switch (status) {
            case 403 ->
                LambdaError.ACCESS_DENIED.with("Your access has been denied by S3, please make sure your request"
                        + " credentials have permission to GetObject for " + bucket + "/" + key + ". " + detail);
            case 400, 404 -> LambdaError.INVALID_PARAMETER_VALUE.with("Error occurred while GetObject. " + detail);
            default -> unexpected("GET", status, xml);
        };
    }

    private HttpResponse<InputStream> system(
            String method, String target, BodyPublisher body, Voucher.@Nullable PayloadSignature signed) {
        return send(
                method,
                body,
                new Voucher(
                        "function-registry",
                        CodeStorage.SYSTEM_ACCOUNT,
                        null,
                        Role.OWNER,
                        null,
                        UUID.randomUUID().toString(),
                        target,
                        signed,
                        vouching.expiry()));
    }

    private HttpResponse<InputStream> send(String method, BodyPublisher body, Voucher voucher) {
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .method(method, body)
                .timeout(TIMEOUT)
                .header(Voucher.HEADER, vouching.issue(voucher))
                .build();
        try {
            return http.send(request, BodyHandlers.ofInputStream());
        } catch (IOException e) {
            log.warn("The object store at {} did not answer {}", endpoint, method, e);
            throw LambdaError.SERVICE.with("The object store, which keeps function code, does not answer. Try again.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LambdaError.SERVICE.with("The function registry is stopping.");
        }
    }

    private static void expect(String method, HttpResponse<InputStream> answer, int... statuses) {
        String error = error(answer);
        for (int status : statuses) {
            if (answer.statusCode() == status) {
                return;
            }
        }
        throw unexpected(method, answer.statusCode(), error);
    }

    private static LambdaException unexpected(String method, int status, String body) {
        log.error("The object store answered {} to {} of function code: {}", status, method, body);
        return LambdaError.SERVICE.with("The object store, which keeps function code, answered " + status + ".");
    }

    private static String error(HttpResponse<InputStream> answer) {
        try (InputStream in = answer.body()) {
            return new String(in.readNBytes(LONGEST_ERROR), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(" + e + ")";
        }
    }

    private static void close(HttpResponse<InputStream> answer) {
        error(answer);
    }

    private static String first(Pattern pattern, String xml, String otherwise) {
        var matcher = pattern.matcher(xml);
        return matcher.find() ? matcher.group(1) : otherwise;
    }

    private static String encode(String path) {
        return URLEncoder.encode(path, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~")
                .replace("%2F", "/");
    }
}
