package dev.mayfly.host.status;

import dev.mayfly.contracts.scaling.HostStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells this machine's command line what the host has found out about the tiers: a line each in the file {@code tiers} of the
 * host's folder, with the tier's name, {@code yes}, {@code no} or {@code checking}, and what runs it or why not.
 */
final class TierReport {
    private static final Logger log = LoggerFactory.getLogger(TierReport.class);

    private final Path file;
    private @Nullable String told;

    TierReport(Path folder) {
        this.file = folder.resolve("tiers");
    }

    void tell(List<HostStatus.Tier> tiers) {
        String text = tiers.stream().map(TierReport::line).collect(Collectors.joining());
        if (text.equals(told)) {
            return;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path written = Files.writeString(file.resolveSibling("tiers.new"), text);
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            told = text;
        } catch (IOException e) {
            log.warn("What the tiers are could not be written to {}: {}", file, e.toString());
        }
    }

    private static String line(HostStatus.Tier tier) {
        String verdict = tier.checking() ? "checking" : tier.available() ? "yes" : "no";
        String detail = String.valueOf(tier.reason()).replaceAll("\\s+", " ");
        return tier.isolation().tagValue() + "\t" + verdict + "\t" + detail + "\n";
    }
}
