package dev.mayfly.registry.code;

import dev.mayfly.registry.RegistryProperties;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Who needs which blobs of the code bucket. What nobody needs any more stays for a while, for cold starts under way. */
@Component
public class CodeUses {
    private final JdbcClient database;
    private final CodeHolds holds;
    private final RegistryProperties properties;

    CodeUses(JdbcClient database, CodeHolds holds, RegistryProperties properties) {
        this.database = database;
        this.holds = holds;
        this.properties = properties;
    }

    /**
     * Within the transaction that changed what {@code owner} needs.
     *
     * @param part of the owner, e.g. a version's number; may be empty
     */
    public void set(UUID owner, String part, Collection<String> digests) {
        Set<String> before =
                new TreeSet<>(database.sql("select sha256 from code_uses where owner = :owner and part = :part")
                        .param("owner", owner)
                        .param("part", part)
                        .query(String.class)
                        .list());
        for (String digest : new TreeSet<>(digests)) {
            if (!before.remove(digest)) {
                database.sql("insert into code_uses (owner, part, sha256) values (:owner, :part, :sha256)")
                        .param("owner", owner)
                        .param("part", part)
                        .param("sha256", digest)
                        .update();
            }
        }
        for (String digest : before) {
            database.sql("delete from code_uses where owner = :owner and part = :part and sha256 = :sha256")
                    .param("owner", owner)
                    .param("part", part)
                    .param("sha256", digest)
                    .update();
            holds.hold(digest, properties.codeKeeping().afterUse());
        }
    }

    /** Within the transaction that deleted {@code owner}, every part of it. */
    public void clear(UUID owner) {
        List<String> digests = database.sql("delete from code_uses where owner = :owner returning sha256")
                .param("owner", owner)
                .query(String.class)
                .list();
        new TreeSet<>(digests)
                .forEach(digest -> holds.hold(digest, properties.codeKeeping().afterUse()));
    }
}
