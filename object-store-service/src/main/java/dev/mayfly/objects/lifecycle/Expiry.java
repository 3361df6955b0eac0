package dev.mayfly.objects.lifecycle;

import dev.mayfly.objects.lifecycle.VersionScan.Version;
import dev.mayfly.objects.object.Deletion;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the rules of a bucket want deleted of one key by now. */
record Expiry(List<LifecycleRule> rules, Duration day, Instant now) {
    /** @param versions newest first */
    List<Deletion> of(String key, List<Version> versions) {
        var deletions = new ArrayList<Deletion>();
        Version newest = versions.getFirst();
        if (newest.current() && expires(key, newest)) {
            deletions.add(new Deletion(
                    key,
                    null,
                    newest.etag(),
                    newest.modifiedAt().truncatedTo(ChronoUnit.SECONDS),
                    newest.size(),
                    false));
        }
        if (newest.marker() && versions.size() == 1 && isSpent(key, newest)) {
            deletions.add(Deletion.of(key, newest.id()));
        }
        int rank = 0;
        for (int i = 1; i < versions.size(); i++) {
            Version version = versions.get(i);
            Instant since = version.noncurrentAt() == null ? versions.get(i - 1).modifiedAt() : version.noncurrentAt();
            rank += version.marker() ? 0 : 1;
            if (isOutdated(key, version, since, rank)) {
                deletions.add(Deletion.of(key, version.id()));
            }
        }
        return deletions;
    }

    private boolean expires(String key, Version version) {
        return rules.stream()
                .anyMatch(rule -> isPast(rule.expires(version.modifiedAt(), day))
                        && rule.filter().fits(key, version.size(), version.tags()));
    }

    private boolean isSpent(String key, Version marker) {
        return rules.stream()
                .anyMatch(rule -> rule.filter().fits(key)
                        && (rule.expiredMarker()
                                || rule.filter().isPrefixOnly() && isPast(rule.expires(marker.modifiedAt(), day))));
    }

    private boolean isOutdated(String key, Version version, Instant since, int rank) {
        return rules.stream()
                .anyMatch(rule -> rule.noncurrentDays() > 0
                        && rank > rule.newerNoncurrent()
                        && isPast(LifecycleRule.after(since, rule.noncurrentDays(), day))
                        && (version.marker()
                                ? rule.filter().isPrefixOnly() && rule.filter().fits(key)
                                : rule.filter().fits(key, version.size(), version.tags())));
    }

    private boolean isPast(@Nullable Instant time) {
        return time != null && !time.isAfter(now);
    }
}
