package dev.mayfly.registry.images;

import dev.mayfly.registry.lambda.LambdaError;
import java.net.URI;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where an image is: an archive in a bucket, or a repository of a registry. */
sealed interface ImageReference {
    /** {@code s3://BUCKET/KEY}. */
    record Archive(String bucket, String key) implements ImageReference {}

    /**
     * {@code HOST[:PORT]/NAME[:TAG|@DIGEST]}.
     *
     * @param base where the registry answers
     * @param version a tag or a digest
     */
    record Remote(String host, URI base, String repository, String version) implements ImageReference {
        String withDigest(String digest) {
            return host + "/" + repository + "@" + digest;
        }
    }

    Pattern S3 = Pattern.compile("s3://([0-9A-Za-z.\\-_]{3,63})/(.{1,1024})");
    Pattern REMOTE = Pattern.compile("([a-zA-Z0-9.-]+(?::[0-9]{1,5})?|\\[[0-9a-fA-F:]+](?::[0-9]{1,5})?)"
            + "/([a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)"
            + "(?::([a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?");

    /** @throws dev.mayfly.registry.lambda.LambdaException when it is neither */
    static ImageReference parse(String uri) {
        Matcher archive = S3.matcher(uri);
        if (archive.matches()) {
            return new Archive(archive.group(1), archive.group(2));
        }
        Matcher remote = REMOTE.matcher(uri);
        if (uri.length() > 1024 || !remote.matches()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Source image " + shown(uri) + " is not valid. Provide a"
                    + " valid source image: HOST[:PORT]/NAME[:TAG|@DIGEST] or s3://BUCKET/KEY.");
        }
        String host = remote.group(1);
        String version =
                Objects.requireNonNullElse(remote.group(4), Objects.requireNonNullElse(remote.group(3), "latest"));
        return new Remote(host, base(host), remote.group(2), version);
    }

    private static URI base(String host) {
        try {
            URI secure = URI.create("https://" + host);
            return isLoopback(secure) ? URI.create("http://" + host) : secure;
        } catch (IllegalArgumentException e) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("'" + host + "' is no registry's host.");
        }
    }

    /** Whether it is this machine, where registries may go without TLS. */
    static boolean isLoopback(URI uri) {
        String host = String.valueOf(uri.getHost());
        return host.equals("localhost") || host.matches("127\\.[0-9.]+") || host.equals("[::1]");
    }

    private static String shown(String uri) {
        return uri.length() > 200 ? uri.substring(0, 200) + "..." : uri;
    }
}
