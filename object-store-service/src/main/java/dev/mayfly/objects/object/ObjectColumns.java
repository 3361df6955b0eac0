package dev.mayfly.objects.object;

import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.bucket.Bucket;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The columns that the tables of objects and of versions share. */
final class ObjectColumns {
    /** What describes an object. */
    static final String SHORT = "key, size, etag, modified_at, attributes, part_sizes, upload_id, seq, nonce";

    /** Where its bytes are. */
    static final String CONTENT = ", inline_bytes, blob_ids, blob_offsets, blob_lengths";

    /** All that a write gives, in the order of {@link #values}. */
    static final String WRITTEN = "bucket_id, key, size, etag, modified_at, attributes, inline_bytes,"
            + " blob_ids, blob_offsets, blob_lengths, part_sizes, upload_id";

    /** The parameters of a write, with their types. */
    static final String VALUES = "(VALUES (?::bigint, ?::bytea, ?::bigint, ?::text, ?::timestamptz, ?::text, ?::bytea,"
            + " ?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[], ?::uuid))";

    static final String SET = """
             SET size = excluded.size, etag = excluded.etag, modified_at = excluded.modified_at,
                attributes = excluded.attributes, inline_bytes = excluded.inline_bytes, blob_ids = excluded.blob_ids,
                blob_offsets = excluded.blob_offsets, blob_lengths = excluded.blob_lengths,
                part_sizes = excluded.part_sizes, upload_id = excluded.upload_id
            """;

    private ObjectColumns() {}

    static List<@Nullable Object> values(Bucket bucket, StoredObject object) {
        Content content = object.content();
        boolean inline = content.inline() != null;
        var values = new ArrayList<@Nullable Object>(36);
        values.add(bucket.id());
        values.add(ObjectIndex.bytes(object.key()));
        values.add(object.size());
        values.add(object.etag());
        values.add(object.modifiedAt().atOffset(ZoneOffset.UTC));
        values.add(object.attributes().json());
        values.add(content.inline());
        values.add(inline ? null : SegmentColumns.ids(content.segments()));
        values.add(inline ? null : SegmentColumns.offsets(content.segments()));
        values.add(inline ? null : SegmentColumns.lengths(content.segments()));
        values.add(object.partSizes().isEmpty() ? null : SegmentColumns.numbers(object.partSizes()));
        values.add(object.uploadId());
        return values;
    }

    static StoredObject read(ResultSet row, boolean withContent) throws SQLException {
        Content content = Content.EMPTY;
        if (withContent) {
            byte[] inline = row.getBytes("inline_bytes");
            content = inline == null ? Content.of(SegmentColumns.read(row)) : Content.of(inline);
        }
        ObjectAttributes attributes = ObjectAttributes.read(row.getString("attributes"));
        return new StoredObject(
                new String(row.getBytes("key"), StandardCharsets.UTF_8),
                row.getLong("size"),
                row.getString("etag"),
                row.getObject("modified_at", OffsetDateTime.class).toInstant(),
                attributes,
                attributes.encryption() == null ? content : content.sealed(),
                SegmentColumns.numbers(row.getArray("part_sizes")),
                row.getObject("upload_id", UUID.class),
                version(row));
    }

    static VersionId version(ResultSet row) throws SQLException {
        return new VersionId(row.getLong("seq"), row.getObject("nonce", Long.class));
    }
}
