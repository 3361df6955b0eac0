package dev.mayfly.objects.metering;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mayfly.objects.notification.FunctionNotification;
import dev.mayfly.objects.notification.NotificationConfiguration;
import java.util.Optional;

/** Which function a change is to be told, by what the change's row carries. Thread-safe. */
final class NotificationRules {
    private static final int PARSED = 1_000;

    private final Cache<String, NotificationConfiguration> parsed =
            Caffeine.newBuilder().maximumSize(PARSED).build();

    Optional<FunctionNotification> find(OutboxRow row, String event) {
        String document = row.notification();
        return document == null || row.key() == null
                ? Optional.empty()
                : parsed.get(document, NotificationConfiguration::stored).find(event, row.key());
    }
}
