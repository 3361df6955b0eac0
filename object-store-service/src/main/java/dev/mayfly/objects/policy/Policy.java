package dev.mayfly.objects.policy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A bucket's policy.
 *
 * @param source as its author wrote it
 */
public record Policy(String source, List<Statement> statements) {
    /** Longest document in bytes. */
    public static final int MAX_BYTES = 20 << 10;

    /**
     * Reads a policy for a bucket.
     *
     * @throws dev.mayfly.objects.error.S3Exception MalformedPolicy
     */
    public static Policy parse(byte[] json, String bucket) {
        return new Policy(new String(json, StandardCharsets.UTF_8), new PolicyReader(bucket).read(json));
    }

    /** Reads again what {@link #parse} took. */
    public static Policy stored(byte[] json) {
        return new Policy(new String(json, StandardCharsets.UTF_8), new PolicyReader(null).read(json));
    }

    /**
     * Judges a request.
     *
     * @param action e.g. {@code s3:GetObject}
     * @param resource ARN
     */
    public Verdict judge(Requester requester, String action, String resource, PolicyContext context) {
        String name = action.toLowerCase(Locale.ROOT);
        var verdict = Verdict.NONE;
        for (Statement statement : statements) {
            Principals.Match match = statement.match(requester, name, resource, context);
            if (match != Principals.Match.NONE) {
                if (!statement.allow()) {
                    return Verdict.DENY;
                }
                if (match == Principals.Match.CALLER) {
                    verdict = Verdict.ALLOW;
                } else if (verdict == Verdict.NONE) {
                    verdict = Verdict.ALLOW_ACCOUNT;
                }
            }
        }
        return verdict;
    }

    /** Whether it lets in people that nobody named, as S3's "block public access" understands it. */
    public boolean isPublic() {
        return statements.stream().anyMatch(Statement::isPublic);
    }
}
