package dev.mayfly.objects.post;

import dev.mayfly.objects.body.Patience;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A form as browsers send it ({@code multipart/form-data}, RFC 7578), read up to the beginning of its file: what comes after
 * the file is not looked at, as S3 has it.
 */
final class MultipartForm {
    private static final String FILE_NAME = "${filename}";
    private static final int MAX_FIELD_BYTES = 20_000;
    private static final int MAX_HEADER_BYTES = 8192;
    /** Of all parts together: some thousand short fields. */
    private static final int MAX_HEADERS_BYTES = 10 * MAX_FIELD_BYTES;

    private static final int MAX_BOUNDARY = 70;
    private static final String TYPE = "multipart/form-data";
    /** Possessive throughout: it comes from anybody, and must neither go back nor go deep. */
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*+([\\w*]++)=(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^;\\s]*+))", Pattern.DOTALL);

    private final PartedInput in;
    private int headersBytes;
    private final Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private MultipartForm(PartedInput in) {
        this.in = in;
    }

    /**
     * Reads all fields before the file.
     *
     * @throws S3Exception PreconditionFailed, MalformedPOSTRequest, MaxPostPreDataLengthExceeded, or InvalidArgument when
     *     there is no file
     */
    static MultipartForm read(@Nullable String contentType, InputStream body) {
        String type = contentType == null ? "" : contentType.strip();
        String boundary = type.regionMatches(true, 0, TYPE, 0, TYPE.length())
                ? parameter(type.substring(TYPE.length()), "boundary")
                : null;
        if (boundary == null || boundary.isEmpty()) {
            throw new S3Exception(
                    S3Error.PRECONDITION_FAILED,
                    S3Error.PRECONDITION_FAILED.message(),
                    Map.of("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"));
        }
        if (boundary.length() > MAX_BOUNDARY) {
            throw malformed();
        }
        var form = new MultipartForm(new PartedInput(body, boundary));
        try {
            form.readFields();
        } catch (SocketTimeoutException e) {
            throw Patience.exhausted();
        } catch (IOException e) {
            throw malformed();
        }
        return form;
    }

    /** By name, whatever its case; with the file's name in place of {@code ${filename}}. */
    Map<String, String> fields() {
        return fields;
    }

    /** The value of the field, or null. */
    @Nullable
    String field(String name) {
        return fields.get(name);
    }

    /** The file's bytes; it ends where the file ends. */
    InputStream file() {
        return in;
    }

    private void readFields() throws IOException {
        in.skipPreamble(MAX_FIELD_BYTES);
        int total = 0;
        while (in.nextPart()) {
            Map<String, String> headers = readHeaders();
            String disposition = headers.getOrDefault("content-disposition", "");
            String name = parameter(disposition, "name");
            if (name == null) {
                throw malformed();
            }
            if (name.equalsIgnoreCase("file")) {
                expand(parameter(disposition, "filename"));
                return;
            }
            byte[] value = in.readNBytes(MAX_FIELD_BYTES + 1 - total);
            total += value.length + name.length();
            if (total > MAX_FIELD_BYTES) {
                throw new S3Exception(S3Error.POST_FIELDS_TOO_LARGE);
            }
            fields.putIfAbsent(name, new String(value, StandardCharsets.UTF_8));
        }
        throw S3Exception.invalidArgument("file", "", "POST requires exactly one file upload per request.");
    }

    /** Puts the file's name, without folders, where fields name it. */
    private void expand(@Nullable String path) {
        String name = path == null ? "" : path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
        fields.replaceAll((field, value) -> field.equalsIgnoreCase("policy") ? value : value.replace(FILE_NAME, name));
    }

    private Map<String, String> readHeaders() throws IOException {
        var headers = new TreeMap<String, String>();
        int total = 0;
        while (true) {
            byte[] line = line();
            total += line.length;
            headersBytes += line.length;
            if (total > MAX_HEADER_BYTES) {
                throw malformed();
            }
            if (headersBytes > MAX_HEADERS_BYTES) {
                throw new S3Exception(S3Error.POST_FIELDS_TOO_LARGE);
            }
            if (line.length == 0) {
                return headers;
            }
            String text = new String(line, StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw malformed();
            }
            headers.put(
                    text.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                    text.substring(colon + 1).strip());
        }
    }

    private byte[] line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.size() > MAX_HEADER_BYTES) {
                throw malformed();
            }
            line.write(b);
        }
        byte[] bytes = line.toByteArray();
        boolean whole = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
        return whole ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }

    private static @Nullable String parameter(String header, String name) {
        Matcher matcher = PARAMETER.matcher(header);
        while (matcher.find()) {
            if (matcher.group(1).equalsIgnoreCase(name)) {
                return matcher.group(2) == null
                        ? matcher.group(3)
                        : matcher.group(2).replaceAll("\\\\([\"\\\\])", "$1");
            }
        }
        return null;
    }

    static S3Exception missing(String field) {
        return S3Exception.invalidArgument(
                field,
                "",
                "Bucket POST must contain a field named '" + field
                        + "'.  If it is specified, please check the order of the fields.");
    }

    static S3Exception malformed() {
        return new S3Exception(S3Error.MALFORMED_POST);
    }
}
