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

    /** All, a page at a time, in the order of their ids. */
    @Query("select f from DeployedFunction f where f.id > :after order by f.id")
    List<DeployedFunction> after(UUID after, Limit limit);

    /** Functions, 0, and their published versions, by name and number, after those given. */
    @Query(nativeQuery = true, value = """
            select f.id as "functionId", f.name as "name", n.number as "number"
            from functions f cross join lateral (
                select cast(0 as bigint) as number
                union all select v.number from published_versions v where v.function_id = f.id) n
            where f.account_id = :accountId and (f.name, n.number) > (cast(:name as varchar) collate "C", :number)
            order by f.name, n.number limit :limit""")
    List<Numbered> versionsAfter(String accountId, String name, long number, int limit);

    /** A function and the number of a version, or 0 for {@code $LATEST}. */
    interface Numbered {
        UUID getFunctionId();

        String getName();

        long getNumber();
    }
}
