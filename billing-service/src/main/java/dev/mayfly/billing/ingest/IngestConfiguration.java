package dev.mayfly.billing.ingest;

import dev.mayfly.billing.ledger.Ledger;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
class IngestConfiguration {
    @Bean
    IngestSession.Parts ingestParts(
            UsageReading reading,
            Ledger ledger,
            ConsumedOffsets offsets,
            PlatformTransactionManager transactions,
            IngestStatus status,
            IngestMetrics metrics,
            Clock clock) {
        return new IngestSession.Parts(
                reading, ledger, offsets, new TransactionTemplate(transactions), status, metrics, clock);
    }
}
