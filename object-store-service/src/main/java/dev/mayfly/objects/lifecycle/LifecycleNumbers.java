package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;

/** Numbers in rules. */
final class LifecycleNumbers {
    private LifecycleNumbers() {}

    /** @throws S3Exception MalformedXML when it is no number, InvalidArgument when it is out of range */
    static long read(String name, String text, long least, long most) {
        long number;
        try {
            number = Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        if (number < least || number > most) {
            throw S3Exception.invalidArgument(
                    name,
                    text.strip(),
                    least == 1
                            ? "'" + name + "' must be a positive integer of at most " + most
                            : "'" + name + "' must be between " + least + " and " + most);
        }
        return number;
    }
}
