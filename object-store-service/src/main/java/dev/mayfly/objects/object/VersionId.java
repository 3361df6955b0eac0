package dev.mayfly.objects.object;

import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Which version of a key. Ids of later versions sort after those of earlier ones; nobody can guess one.
 *
 * @param seq higher than that of all versions of the key that came before; 0 when it is not known
 * @param nonce random; null for the {@code null} version, of which a key has at most one
 */
public record VersionId(long seq, @Nullable Long nonce) {
    /** The {@code null} version, whatever its place. */
    public static final VersionId NULL = new VersionId(0, null);

    public static final String HEADER = "x-amz-version-id";
    private static final int LENGTH = 32;
    private static final HexFormat HEX = HexFormat.of();

    /**
     * The version that a request asks for, or null when it asks for the current one.
     *
     * @throws S3Exception InvalidArgument
     */
    public static @Nullable VersionId of(S3Request request) {
        String text = request.query("versionId");
        if (text == null) {
            return null;
        }
        if (text.isEmpty()) {
            throw S3Exception.invalidArgument("versionId", "", "Version id cannot be the empty string");
        }
        return parse("versionId", text);
    }

    /** @throws S3Exception InvalidArgument, when it cannot be the id of a version */
    public static VersionId parse(String argument, String text) {
        if (text.equals("null")) {
            return NULL;
        }
        try {
            if (text.length() == LENGTH) {
                return new VersionId(
                        HexFormat.fromHexDigitsToLong(text, 0, LENGTH / 2),
                        HexFormat.fromHexDigitsToLong(text, LENGTH / 2, LENGTH));
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw S3Exception.invalidArgument(argument, text, "Invalid version id specified");
    }

    /** What clients see. */
    public String text() {
        return nonce == null ? "null" : HEX.toHexDigits(seq) + HEX.toHexDigits(nonce);
    }
}
