package dev.mayfly.objects.blob;

import java.nio.file.NoSuchFileException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;

/** The table of blobs: what was written, and which of it is damaged. */
@Repository
public class BlobIndex {
    private static final Logger log = LoggerFactory.getLogger(BlobIndex.class);

    private final JdbcClient jdbc;

    BlobIndex(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A blob as its row has it.
     *
     * @param size bytes as they lie in the store
     * @param checksums of the blocks that were asked for, or null when they are not known yet
     * @param sealedKey the key of its bytes, null when they are not encrypted
     * @param sealedBy the account whose key sealed that one; null for a customer's
     */
    record Row(
            UUID id,
            long size,
            byte @Nullable [] checksums,
            @Nullable String sealedKey,
            @Nullable String sealedBy) {
        /** How many bytes of an object it holds. */
        long plainSize() {
            return sealedKey == null ? size : DataKey.plainSize(size);
        }
    }

    /**
     * What is known of the blocks that segments lie in, in their order.
     *
     * @throws NoSuchFileException when a blob is gone
     */
    List<Row> blocks(List<Segment> segments) throws NoSuchFileException {
        List<Row> rows = jdbc.sql("""
                        SELECT b.id, b.size, b.sealed_key, b.sealed_by, substring(b.checksums FROM s.first::int * 4 + 1 FOR s.blocks::int * 4) AS checksums
                        FROM unnest(?::uuid[], ?::bigint[], ?::bigint[]) WITH ORDINALITY AS s (id, first, blocks, n)
                        JOIN blob b ON b.id = s.id ORDER BY s.n""")
                .param(new SqlArrayValue(
                        "uuid", segments.stream().map(Segment::blob).toArray()))
                .param(new SqlArrayValue(
                        "bigint", segments.stream().map(BlobIndex::firstBlock).toArray()))
                .param(new SqlArrayValue(
                        "bigint",
                        segments.stream()
                                .map(s -> lastBlock(s) - firstBlock(s) + 1)
                                .toArray()))
                .query(BlobIndex::read)
                .list();
        if (rows.size() < segments.size()) {
            throw new NoSuchFileException("a blob of " + segments.size());
        }
        return rows;
    }

    /** Blocks of encrypted blobs hold a little less: the first is taken as if this was none, the last as if it was. */
    static long firstBlock(Segment segment) {
        return segment.offset() / BlockSums.BLOCK_BYTES;
    }

    static long lastBlock(Segment segment) {
        return (segment.offset() + Math.max(1, segment.length()) - 1) / DataKey.PLAIN_BYTES;
    }

    /** Blobs in the order of their ids, with all their checksums. */
    List<Row> after(UUID id, int limit) {
        return jdbc.sql("SELECT id, size, checksums, sealed_key, sealed_by FROM blob WHERE id > ? ORDER BY id LIMIT ?")
                .params(id, limit)
                .query(BlobIndex::read)
                .list();
    }

    boolean knows(UUID id) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM blob WHERE id = ?)")
                .param(id)
                .query(Boolean.class)
                .single();
    }

    /** Gives checksums to a blob that has none. */
    void adopt(UUID id, byte[] checksums) {
        jdbc.sql("UPDATE blob SET checksums = ? WHERE id = ? AND checksums IS NULL")
                .params(checksums, id)
                .update();
    }

    static String otherChecksum(long at, int count) {
        return "the " + count + " bytes from " + at + " are not those that were written";
    }

    /** Notes damage, and logs it when it is news. */
    void damaged(UUID id, String damage) {
        int news = jdbc.sql("""
                        INSERT INTO blob_damage (blob_id, damage) SELECT id, ? FROM blob WHERE id = ?
                        ON CONFLICT (blob_id) DO NOTHING""").params(damage, id).update();
        if (news > 0) {
            log.error("The blob {} is damaged: {}. See: ./mayfly objects verify", id, damage);
        }
    }

    /** Forgets damage: the blob has been read and is as it was written. */
    void sound(UUID id) {
        if (jdbc.sql("DELETE FROM blob_damage WHERE blob_id = ?").param(id).update() > 0) {
            log.info("The blob {} is sound again", id);
        }
    }

    long damagedCount() {
        return jdbc.sql("SELECT count(*) FROM blob_damage").query(Long.class).single();
    }

    Optional<String> damage(UUID id) {
        return jdbc.sql("SELECT damage FROM blob_damage WHERE blob_id = ?")
                .param(id)
                .query(String.class)
                .optional();
    }

    private static Row read(ResultSet row, int number) throws SQLException {
        return new Row(
                row.getObject("id", UUID.class),
                row.getLong("size"),
                row.getBytes("checksums"),
                row.getString("sealed_key"),
                row.getString("sealed_by"));
    }
}
