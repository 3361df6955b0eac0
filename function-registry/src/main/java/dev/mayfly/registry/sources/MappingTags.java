package dev.mayfly.registry.sources;

import dev.mayfly.registry.tags.TaggedResources;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Tags of event source mappings. */
@Component
class MappingTags implements TaggedResources {
    private final MappingLife life;
    private final Mappings mappings;
    private final TransactionTemplate transactions;

    MappingTags(MappingLife life, Mappings mappings, TransactionTemplate transactions) {
        this.life = life;
        this.mappings = mappings;
        this.transactions = transactions;
    }

    @Override
    public String kind() {
        return "event-source-mapping";
    }

    @Override
    public Map<String, String> tags(String accountId, String id) {
        return life.read(accountId, UUID.fromString(id)).tags();
    }

    @Override
    public void retag(String accountId, String id, UnaryOperator<Map<String, String>> tagging) {
        transactions.executeWithoutResult(transaction -> {
            var mapping = life.read(accountId, UUID.fromString(id));
            mappings.setTags(mapping.id(), tagging.apply(mapping.tags()));
        });
    }
}
