package dev.mayfly.registry.images;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One repository of a registry, asked by the OCI distribution API, with an anonymous token where it wants one. */
final class ImageRegistry {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_REDIRECTS = 5;
    private static final int LONGEST_TOKEN = 65_536;
    private static final String MANIFESTS = String.join(
            ",",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json");
    private static final Pattern PARAMETER = Pattern.compile("(realm|service|scope)=\"([^\"]*)\"");

    private final HttpClient http;
    private final ImageReference.Remote image;
    private @Nullable String token;

    ImageRegistry(HttpClient http, ImageReference.Remote image) {
        this.http = http;
        this.image = image;
    }

    /** @param version a tag or a digest */
    byte[] manifest(String version) throws IOException {
        try (InputStream in = get("/manifests/" + version, MANIFESTS)) {
            byte[] manifest = in.readNBytes(ImageManifest.LARGEST_JSON + 1);
            if (manifest.length > ImageManifest.LARGEST_JSON) {
                throw ImageManifest.invalid("its manifest is larger than 4 MB");
            }
            return manifest;
        }
    }

    InputStream blob(String digest) {
        return get("/blobs/" + digest, "*/*");
    }

    private InputStream get(String path, String accept) {
        URI target = URI.create(image.base() + "/v2/" + image.repository() + path);
        HttpResponse<InputStream> answer = follow(target, accept);
        if (answer.statusCode() == 401 && token == null) {
            close(answer);
            token = token(answer.headers().firstValue("WWW-Authenticate").orElse(""));
            answer = follow(target, accept);
        }
        if (answer.statusCode() == 200) {
            return answer.body();
        }
        close(answer);
        throw switch (answer.statusCode()) {
            case 401, 403 ->
                LambdaError.ACCESS_DENIED.with(
                        "The registry " + image.host() + " does not let anybody read " + image.repository() + ".");
            case 404 ->
                LambdaError.INVALID_PARAMETER_VALUE.with("Source image " + image.host() + "/" + image.repository() + " "
                        + image.version() + " does not exist. Provide a valid source image.");
            default -> unreachable("answered " + answer.statusCode());
        };
    }

    private HttpResponse<InputStream> follow(URI target, String accept) {
        URI next = target;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            boolean own = next.getAuthority().equals(target.getAuthority());
            HttpResponse<InputStream> answer = send(next, accept, own ? token : null);
            if (answer.statusCode() < 301 || answer.statusCode() > 308 || answer.statusCode() == 304) {
                return answer;
            }
            close(answer);
            next = allowed(next.resolve(
                    answer.headers().firstValue("Location").orElseThrow(() -> unreachable("redirects to nowhere"))));
        }
        throw unreachable("redirects without end");
    }

    /** With TLS, or on this machine if the registry is there. */
    private URI allowed(URI uri) {
        boolean secure = "https".equals(uri.getScheme());
        boolean local = ImageReference.isLoopback(uri) && ImageReference.isLoopback(image.base());
        if (uri.getHost() == null || !(secure || "http".equals(uri.getScheme()) && local)) {
            throw unreachable("points to " + uri.getScheme() + "://" + uri.getHost() + ", which is not secure");
        }
        return uri;
    }

    private String token(String challenge) {
        String realm = "";
        var query = new StringBuilder();
        Matcher parameters = PARAMETER.matcher(challenge);
        while (parameters.find()) {
            if (parameters.group(1).equals("realm")) {
                realm = parameters.group(2);
            } else {
                query.append(query.isEmpty() ? '?' : '&')
                        .append(parameters.group(1))
                        .append('=')
                        .append(URLEncoder.encode(parameters.group(2), StandardCharsets.UTF_8));
            }
        }
        try {
            HttpResponse<InputStream> answer = send(allowed(URI.create(realm + query)), "application/json", null);
            try (InputStream in = answer.body()) {
                JsonNode body = Json.mapper().readTree(in.readNBytes(LONGEST_TOKEN));
                String found =
                        body.path("token").asString(body.path("access_token").asString(""));
                if (found.matches("[\\x21-\\x7e]+")) {
                    return found;
                }
            }
        } catch (IllegalArgumentException | JacksonException | IOException e) {
            throw unreachable("gives no anonymous token");
        }
        throw unreachable("gives no anonymous token");
    }

    private HttpResponse<InputStream> send(URI uri, String accept, @Nullable String bearer) {
        var request = HttpRequest.newBuilder(uri).timeout(PATIENCE).header("Accept", accept);
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw unreachable("does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LambdaError.SERVICE.with("The function registry is stopping.");
        }
    }

    private LambdaException unreachable(String what) {
        return LambdaError.INVALID_PARAMETER_VALUE.with(
                "The image could not be read: the registry " + image.host() + " " + what + ".");
    }

    private static void close(HttpResponse<InputStream> answer) {
        try (InputStream in = answer.body()) {
            in.readNBytes(8192);
        } catch (IOException e) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("The image could not be read: the connection broke.");
        }
    }
}
