package dev.mayfly.registry.images;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.registry.images.ImagePull.Answer;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.lambda.LambdaException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One repository of a registry, asked by the OCI distribution API, with an anonymous token where it wants one. */
final class ImageRegistry {
    private static final int MOST_REDIRECTS = 5;
    private static final int LONGEST_TOKEN = 65_536;
    private static final String MANIFESTS = String.join(
            ",",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.docker.distribution.manifest.v2+json");
    private static final Pattern PARAMETER = Pattern.compile("(realm|service|scope)=\"([^\"]*)\"");

    private final ImagePull pull;
    private final ImageReference.Remote image;
    private @Nullable String token;

    ImageRegistry(ImagePull pull, ImageReference.Remote image) {
        this.pull = pull;
        this.image = image;
    }

    /** @param version a tag or a digest */
    byte[] manifest(String version) throws IOException {
        try (Answer answer = get("/manifests/" + version, MANIFESTS)) {
            byte[] manifest = body(answer).readNBytes(ImageManifest.LARGEST_JSON + 1);
            if (manifest.length > ImageManifest.LARGEST_JSON) {
                throw ImageManifest.invalid("its manifest is larger than 4 MB");
            }
            return manifest;
        }
    }

    Answer blob(String digest) {
        return get("/blobs/" + digest, "*/*");
    }

    /** What fails while it is read, fails as the registry's fault. */
    InputStream body(Answer answer) throws IOException {
        return new FilterInputStream(answer.body()) {
            @Override
            public int read(byte[] buffer, int offset, int length) {
                try {
                    return in.read(buffer, offset, length);
                } catch (IOException e) {
                    throw unreachable("broke the connection off");
                }
            }
        };
    }

    private Answer get(String path, String accept) {
        URI target = URI.create(image.base() + "/v2/" + image.repository() + path);
        Answer answer = follow(target, accept);
        if (answer.status() == 401 && token == null) {
            answer.close();
            token = token(answer.header("WWW-Authenticate").orElse(""));
            answer = follow(target, accept);
        }
        if (answer.status() == 200) {
            return answer;
        }
        answer.close();
        throw switch (answer.status()) {
            case 401, 403 ->
                LambdaError.ACCESS_DENIED.with(
                        "The registry " + image.host() + " does not let anybody read " + image.repository() + ".");
            case 404 ->
                LambdaError.INVALID_PARAMETER_VALUE.with("Source image " + image.host() + "/" + image.repository() + " "
                        + image.version() + " does not exist. Provide a valid source image.");
            default -> unreachable("answered " + answer.status());
        };
    }

    private Answer follow(URI target, String accept) {
        URI next = target;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            boolean own = next.getAuthority().equals(target.getAuthority());
            Answer answer = send(next, accept, own ? token : null);
            if (answer.status() < 301 || answer.status() > 308 || answer.status() == 304) {
                return answer;
            }
            answer.close();
            next = redirected(next, answer.header("Location").orElseThrow(() -> unreachable("redirects to nowhere")));
        }
        throw unreachable("redirects without end");
    }

    private URI redirected(URI from, String location) {
        try {
            return allowed(from.resolve(location));
        } catch (IllegalArgumentException e) {
            throw unreachable("redirects to nowhere");
        }
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
            try (Answer answer = send(allowed(URI.create(realm + query)), "application/json", null)) {
                JsonNode body = Json.mapper().readTree(answer.body().readNBytes(LONGEST_TOKEN));
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

    private Answer send(URI uri, String accept, @Nullable String bearer) {
        try {
            return pull.get(uri, accept, bearer);
        } catch (UnknownHostException e) {
            throw unreachable("is not found at a public address, or points to what is not. Registries in this network"
                    + " must be named by the operator first (MAYFLY_IMAGE_REGISTRIES)");
        } catch (IOException e) {
            throw unreachable("does not answer");
        }
    }

    private LambdaException unreachable(String what) {
        return LambdaError.INVALID_PARAMETER_VALUE.with(
                "The image could not be read: the registry " + image.host() + " " + what + ".");
    }
}
