package dev.mayfly.objects.volume;

import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.testing.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is told to the bill of one volume. */
final class VolumeUsage {
    private final String account;
    private final String resource;

    VolumeUsage(String account, String resource) {
        this.account = account;
        this.resource = resource;
    }

    /** The first so many changes. */
    List<Long> changes(int count) throws InterruptedException {
        var heard = new CopyOnWriteArrayList<Long>();
        try (var tail =
                new TopicTail(TestKafka.bootstrapServers(), Topics.USAGE_EVENTS, TopicTail.From.BEGINNING, received -> {
                    if (Json.read(received.value(), UsageEvent.class) instanceof UsageEvent.StorageChange change
                            && change.accountId().equals(account)
                            && change.resource().equals(resource)) {
                        heard.add(change.bytes());
                    }
                })) {
            await().atMost(Duration.ofSeconds(60)).until(() -> heard.size() >= count);
        }
        return heard;
    }
}
