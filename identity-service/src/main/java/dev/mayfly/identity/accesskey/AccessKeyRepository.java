package dev.mayfly.identity.accesskey;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The access keys. */
interface AccessKeyRepository extends Repository<AccessKey, String> {
    Optional<AccessKey> findById(String id);

    /** Makes changes to one account's keys wait for each other until the end of the transaction. */
    @Query(nativeQuery = true, value = "SELECT id FROM account WHERE id = :accountId FOR UPDATE")
    Optional<String> lockAccount(String accountId);

    List<AccessKey> findByAccountIdOrderByCreatedAtAscIdAsc(String accountId);

    List<AccessKey> findByIdIn(Collection<String> ids);

    AccessKey save(AccessKey key);

    void delete(AccessKey key);
}
