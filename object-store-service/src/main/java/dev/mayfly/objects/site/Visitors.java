package dev.mayfly.objects.site;

import dev.mayfly.objects.access.Access;
import dev.mayfly.objects.error.S3Exception;
import org.springframework.stereotype.Component;

/** What anybody may read of a bucket: a site shows nothing else. */
@Component
final class Visitors {
    private final Access access;

    Visitors(Access access) {
        this.access = access;
    }

    /** @throws S3Exception AccessDenied */
    void require(Visit visit, String key) {
        access.check(visit.asking(key));
    }

    boolean mayRead(Visit visit, String key) {
        try {
            require(visit, key);
            return true;
        } catch (S3Exception e) {
            return false;
        }
    }
}
