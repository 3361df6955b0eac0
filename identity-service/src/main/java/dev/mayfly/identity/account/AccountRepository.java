package dev.mayfly.identity.account;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

/** The accounts. */
interface AccountRepository extends Repository<Account, String> {
    Optional<Account> findById(String id);

    boolean existsById(String id);

    List<Account> findByIdIn(Collection<String> ids);

    /** Writes at once, so that rows that refer to the account can follow by whatever way. */
    Account saveAndFlush(Account account);

    /** The accounts after {@code id}, by id. */
    List<Account> findByIdGreaterThanOrderById(String id, Limit limit);
}
