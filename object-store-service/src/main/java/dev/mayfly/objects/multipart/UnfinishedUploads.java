package dev.mayfly.objects.multipart;

import dev.mayfly.objects.object.Change;
import java.time.Instant;
import java.util.List;
import java.util.function.BiPredicate;
import org.springframework.stereotype.Component;

/** Aborts uploads that nobody completes. */
@Component
public class UnfinishedUploads {
    private final Uploads uploads;

    UnfinishedUploads(Uploads uploads) {
        this.uploads = uploads;
    }

    /**
     * Call it within a transaction.
     *
     * @param old says of a key, and of when its upload began, whether it is to be aborted
     * @param limit how many are looked at, at most
     * @return how many were looked at
     */
    public int abort(Change change, BiPredicate<String, Instant> old, int limit) {
        List<Upload> found = uploads.list(change.bucket(), new byte[0], "", "", limit);
        for (Upload upload : found) {
            if (old.test(upload.key(), upload.initiatedAt()) && uploads.lock(upload.id())) {
                uploads.end(change, upload.id(), List.of(), uploads.bytes(upload.id()));
            }
        }
        return found.size();
    }
}
