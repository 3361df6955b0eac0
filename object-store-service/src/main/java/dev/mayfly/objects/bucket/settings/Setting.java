package dev.mayfly.objects.bucket.settings;

import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * A kind of document that a bucket can have one of.
 *
 * @param name of the row; never changed once released
 * @param parse validates what a client sent, and reads again what {@code write} gave; throws S3Exception
 * @param write what is stored, and what clients get
 */
public record Setting<T>(String name, Function<byte[], T> parse, Function<T, byte[]> write) {
    /** A setting in XML, {@code root} being the name of the outermost element. */
    public static <T> Setting<T> xml(String name, String root, Function<XmlElement, T> read, Function<T, Xml> write) {
        return new Setting<>(
                name,
                document -> read.apply(XmlElement.parse(document, root)),
                value -> write.apply(value).bytes());
    }

    T read(String stored) {
        return parse.apply(stored.getBytes(StandardCharsets.UTF_8));
    }

    String text(T value) {
        return new String(write.apply(value), StandardCharsets.UTF_8);
    }
}
