package dev.mayfly.objects.object;

import dev.mayfly.objects.blob.NewBlob;
import dev.mayfly.objects.blob.Segment;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.SqlArrayValue;

/** Segments as three array columns of a row. */
public final class SegmentColumns {
    private SegmentColumns() {}

    public static SqlArrayValue ids(List<Segment> segments) {
        return new SqlArrayValue("uuid", segments.stream().map(Segment::blob).toArray());
    }

    public static SqlArrayValue offsets(List<Segment> segments) {
        return new SqlArrayValue(
                "bigint", segments.stream().map(Segment::offset).toArray());
    }

    public static SqlArrayValue lengths(List<Segment> segments) {
        return new SqlArrayValue(
                "bigint", segments.stream().map(Segment::length).toArray());
    }

    /** Five parameters: ids, sizes, checksums, sealed keys and what sealed them. */
    public static List<SqlArrayValue> blobs(List<NewBlob> blobs) {
        return List.of(
                new SqlArrayValue("uuid", blobs.stream().map(NewBlob::id).toArray()),
                new SqlArrayValue("bigint", blobs.stream().map(NewBlob::size).toArray()),
                new SqlArrayValue("bytea", (Object[])
                        blobs.stream().map(NewBlob::checksums).toArray(byte[][]::new)),
                new SqlArrayValue("text", (Object[])
                        blobs.stream().map(NewBlob::sealedKey).toArray(String[]::new)),
                new SqlArrayValue(
                        "text", (Object[]) blobs.stream().map(NewBlob::sealedBy).toArray(String[]::new)));
    }

    public static SqlArrayValue numbers(List<Long> numbers) {
        return new SqlArrayValue("bigint", numbers.toArray());
    }

    /** The segments of a row that has the columns {@code blob_ids}, {@code blob_offsets} and {@code blob_lengths}. */
    public static List<Segment> read(ResultSet row) throws SQLException {
        Object[] ids = array(row.getArray("blob_ids"));
        Object[] offsets = array(row.getArray("blob_offsets"));
        Object[] lengths = array(row.getArray("blob_lengths"));
        var segments = new ArrayList<Segment>(ids.length);
        for (int i = 0; i < ids.length; i++) {
            segments.add(new Segment((UUID) ids[i], (Long) offsets[i], (Long) lengths[i]));
        }
        return segments;
    }

    static List<Long> numbers(@Nullable Array array) throws SQLException {
        var numbers = new ArrayList<Long>();
        for (Object number : array(array)) {
            numbers.add((Long) number);
        }
        return numbers;
    }

    private static Object[] array(@Nullable Array array) throws SQLException {
        return array == null ? new Object[0] : (Object[]) array.getArray();
    }
}
