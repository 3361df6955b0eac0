package dev.mayfly.contracts.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mayfly.contracts.events.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageJournalTest {
    @TempDir
    Path folder;

    private static List<String> closedIds(UsageJournal journal) throws IOException {
        var ids = new ArrayList<String>();
        for (Path segment : journal.closedSegments()) {
            for (String line : UsageJournal.lines(segment)) {
                ids.add(Json.mapper().readValue(line, UsageEvent.class).id());
            }
        }
        return ids;
    }

    @Test
    void whatAKilledProcessRecordedIsThereAfterwards() throws IOException {
        var killed = new UsageJournal(folder);
        killed.append(UsageEvents.event("1"));
        killed.append(UsageEvents.event("2"));
        try (var next = new UsageJournal(folder)) {
            next.append(UsageEvents.event("3"));
            assertThat(closedIds(next)).containsExactly("1", "2");
            next.roll();
            assertThat(closedIds(next)).containsExactly("1", "2", "3");
        }
    }

    @Test
    void aTornLastLineIsDroppedAndNothingElse() throws IOException {
        new UsageJournal(folder).append(UsageEvents.event("1"));
        Path segment = folder.resolve("000000000001.jsonl");
        Files.writeString(segment, "{\"kind\":\"object-requ", StandardOpenOption.APPEND);
        try (var next = new UsageJournal(folder)) {
            assertThat(closedIds(next)).containsExactly("1");
        }
    }

    @Test
    void bytesThatAreNoTextDoNotHideTheOtherLines() throws IOException {
        new UsageJournal(folder).append(UsageEvents.event("1"));
        Path segment = folder.resolve("000000000001.jsonl");
        Files.write(segment, new byte[] {(byte) 0xff, (byte) 0xfe, '\n'}, StandardOpenOption.APPEND);
        assertThat(UsageJournal.lines(segment)).hasSize(2);
    }

    @Test
    void concurrentAppendsAreAllThereAndWhole() throws IOException {
        try (var journal = new UsageJournal(folder)) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                IntStream.range(0, 2_000)
                        .forEach(i -> threads.execute(() -> journal.append(UsageEvents.event("e" + i))));
            }
            journal.roll();
            assertThat(closedIds(journal)).hasSize(2_000).doesNotHaveDuplicates();
        }
    }

    @Test
    void anInterruptedWriterHarmsNobody() throws IOException {
        try (var journal = new UsageJournal(folder)) {
            Thread.currentThread().interrupt();
            journal.append(UsageEvents.event("1"));
            assertThat(Thread.interrupted()).isTrue();
            journal.append(UsageEvents.event("2"));
            journal.roll();
            assertThat(closedIds(journal)).containsExactly("1", "2");
        }
    }

    @Test
    void anEmptyJournalIsNotRolled() throws IOException {
        try (var journal = new UsageJournal(folder)) {
            journal.roll();
            assertThat(journal.closedSegments()).isEmpty();
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> new UsageJournal(file.resolve("journal")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot be opened");
    }

    @Test
    void aFullDiskIsToldAndSpoilsNoLineThatComesAfter() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        try (var journal = new UsageJournal(folder)) {
            journal.append(UsageEvents.event("1"));
            Path second = Files.createSymbolicLink(folder.resolve("000000000002.jsonl"), full);
            journal.roll();
            assertThatThrownBy(() -> journal.append(UsageEvents.event("2")))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot be written");
            Files.delete(second);
            journal.append(UsageEvents.event("3"));
            journal.roll();
            assertThat(closedIds(journal)).containsExactly("1", "3");
        }
    }

    @Test
    void aClosedJournalRecordsNothing() {
        var journal = new UsageJournal(folder);
        journal.close();
        assertThatThrownBy(() -> journal.append(UsageEvents.event("1"))).isInstanceOf(UncheckedIOException.class);
    }
}
