package dev.mayfly.registry.functions;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** The functions of all accounts. */
interface DeployedFunctions extends JpaRepository<DeployedFunction, UUID> {

    Optional<DeployedFunction> findByAccountIdAndName(String accountId, String name);

    /** The functions after {@code name} in the order of their names. */
    List<DeployedFunction> findByAccountIdAndNameGreaterThanOrderByName(String accountId, String name, Limit limit);

    @Query("select coalesce(sum(f.code.size), 0) from DeployedFunction f where f.accountId = :accountId")
    long codeSizeOf(String accountId);

    /** All, a page at a time, in the order of their ids. */
    @Query("select f from DeployedFunction f where f.id > :after order by f.id")
    List<DeployedFunction> after(UUID after, Limit limit);
}
