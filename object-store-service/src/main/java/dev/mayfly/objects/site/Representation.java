package dev.mayfly.objects.site;

import dev.mayfly.objects.blob.ContentReader;
import dev.mayfly.objects.object.ETags;
import dev.mayfly.objects.object.ObjectIndex;
import dev.mayfly.objects.object.ReadObject;
import dev.mayfly.objects.object.StoredObject;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.S3Request;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Shows an object to a browser: its type, the coding that the browser takes, how long it may keep it. */
@Component
final class Representation {
    /** A compressed neighbour may be so much older than the object: files of one upload come in any order. */
    private static final Duration SAME_UPLOAD = Duration.ofMinutes(5);

    private static final String ASK_AGAIN = "no-cache";
    private static final String KEEP_A_MINUTE = "public, max-age=60";

    private final ObjectIndex index;
    private final Visitors visitors;
    private final Compression compression;

    Representation(ObjectIndex index, Visitors visitors, ContentReader reader) {
        this.index = index;
        this.visitors = visitors;
        this.compression = new Compression(reader);
    }

    /** A neighbour with the same content, compressed. */
    private record Neighbour(String coding, StoredObject object) {}

    Answer of(Visit visit, StoredObject object) throws IOException {
        String type = MediaTypes.of(object);
        boolean negotiable = isNegotiable(object, type);
        Encodings accepted = visit.encodings();
        Neighbour neighbour = negotiable ? neighbour(visit, object, accepted) : null;
        Answer answer;
        if (neighbour != null) {
            answer = ReadObject.answer(reading(visit, neighbour.object()), visit.bucket(), neighbour.object())
                    .with("Content-Encoding", neighbour.coding());
        } else if (negotiable && accepted.gzip() && !visit.hasRange() && Compression.isWorthIt(object.size())) {
            answer = compressed(visit, object);
        } else {
            answer = ReadObject.answer(reading(visit, object), visit.bucket(), object);
        }
        return shown(visit, answer, object, type, negotiable);
    }

    /** The whole object, as the page of an error. */
    Answer ofError(Visit visit, StoredObject object, int status) {
        String type = MediaTypes.of(object);
        Answer answer = ReadObject.answer(visit.readingAnyway(object.key()), visit.bucket(), object);
        answer.headers().remove("Last-Modified");
        answer.headers().remove("ETag");
        answer.headers().remove("Accept-Ranges");
        Answer page = new Answer(status, answer.headers(), answer.body());
        return shown(visit, page, object, type, false);
    }

    private static boolean isNegotiable(StoredObject object, String type) {
        return MediaTypes.isCompressible(type)
                && !object.attributes().headers().containsKey("content-encoding")
                && object.size() > 0;
    }

    private @Nullable Neighbour neighbour(Visit visit, StoredObject object, Encodings accepted) {
        Optional<Neighbour> found = accepted.brotli() ? neighbour(visit, object, ".br", "br") : Optional.empty();
        if (found.isEmpty() && accepted.gzip()) {
            found = neighbour(visit, object, ".gz", "gzip");
        }
        return found.orElse(null);
    }

    private Optional<Neighbour> neighbour(Visit visit, StoredObject object, String extension, String coding) {
        return index.find(visit.bucket(), object.key() + extension, true)
                .filter(other ->
                        !other.modifiedAt().isBefore(object.modifiedAt().minus(SAME_UPLOAD)))
                .filter(other -> visitors.mayRead(visit, other.key()))
                .map(other -> new Neighbour(coding, other));
    }

    /** A range counts only as long as the object is the one that the browser has a part of (RFC 9110, 13.1.5). */
    private static S3Request reading(Visit visit, StoredObject object) {
        String ifRange = visit.header("if-range");
        boolean same = ifRange == null
                || ifRange.strip().equals(ETags.quoted(object.etag()))
                || ifRange.strip().equals(S3Dates.http(object.modifiedAt()));
        return same ? visit.reading(object.key()) : visit.readingWhole(object.key());
    }

    private Answer compressed(Visit visit, StoredObject object) throws IOException {
        Answer plain = ReadObject.answer(visit.reading(object.key()), visit.bucket(), object);
        Answer answer = plain;
        if (plain.body() instanceof Answer.Bytes bytes) {
            String name = visit.bucket().id() + "/" + object.etag() + "/" + object.size() + "/" + object.key();
            byte[] gzip = compression.gzip(name, bytes.content());
            answer = new Answer(plain.status(), plain.headers(), new Answer.Document(gzip));
            answer.with("Content-Encoding", "gzip").headers().remove("Accept-Ranges");
        }
        return answer.with("ETag", "W/" + ETags.quoted(object.etag()));
    }

    private static Answer shown(Visit visit, Answer answer, StoredObject object, String type, boolean negotiable) {
        var headers = answer.headers();
        headers.putIfAbsent("Cache-Control", MediaTypes.isHtml(type) ? ASK_AGAIN : KEEP_A_MINUTE);
        String cacheControl = object.attributes().headers().get("cache-control");
        if (cacheControl != null) {
            headers.put("Cache-Control", cacheControl);
        }
        if (negotiable) {
            headers.put("Vary", "Accept-Encoding");
        }
        if (answer.status() != 304) {
            headers.put("Content-Type", type);
        }
        return visit.isHead()
                ? new Answer(
                        answer.status(),
                        headers,
                        new Answer.HeadOnly(answer.body().length()))
                : answer;
    }
}
