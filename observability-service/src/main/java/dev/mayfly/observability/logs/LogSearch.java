package dev.mayfly.observability.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/** Searches lines page by page. A page looks at a bounded number of lines, however few of them match. */
@Component
class LogSearch {
    private static final int BATCH = 1_000;
    private static final int MOST_SEARCHED = 10_000;
    private static final int PAGE_CHARACTERS = 1 << 20;

    private final LogLines lines;

    LogSearch(LogLines lines) {
        this.lines = lines;
    }

    LogPage page(LogQuestion question, Predicate<String> filter, LogPosition after, int limit) {
        var found = new ArrayList<StoredLine>();
        LogPosition position = after;
        int searched = 0;
        int characters = 0;
        while (true) {
            int batch = Math.min(BATCH, MOST_SEARCHED - searched);
            List<StoredLine> read = lines.after(question, position, batch);
            for (StoredLine line : read) {
                boolean matches = filter.test(line.message());
                if (matches && !found.isEmpty() && characters + line.message().length() > PAGE_CHARACTERS) {
                    return new LogPage(found, position);
                }
                position = line.position();
                if (matches) {
                    found.add(line);
                    characters += line.message().length();
                    if (found.size() == limit) {
                        return new LogPage(found, position);
                    }
                }
            }
            searched += read.size();
            if (read.size() < batch) {
                return new LogPage(found, null);
            }
            if (searched >= MOST_SEARCHED) {
                return new LogPage(found, position);
            }
        }
    }
}
