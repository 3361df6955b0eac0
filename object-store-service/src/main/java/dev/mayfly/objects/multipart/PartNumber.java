package dev.mayfly.objects.multipart;

import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.S3Request;

/** Which part a request is about: 1 to 10,000. */
final class PartNumber {
    static final int MAX = 10_000;

    private PartNumber() {}

    static int of(S3Request request) {
        String text = request.queryOrEmpty("partNumber");
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MAX) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw S3Exception.invalidArgument(
                "partNumber", text, "Part number must be an integer between 1 and " + MAX + ", inclusive");
    }
}
