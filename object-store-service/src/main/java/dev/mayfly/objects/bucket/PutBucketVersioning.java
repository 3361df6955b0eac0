package dev.mayfly.objects.bucket;

import dev.mayfly.objects.body.RequestBody;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.S3Request;
import dev.mayfly.objects.protocol.XmlElement;
import java.io.IOException;
import org.springframework.stereotype.Component;

@Component
final class PutBucketVersioning implements Handler {
    private static final int MAX_DOCUMENT = 64 << 10;

    private final Buckets buckets;

    PutBucketVersioning(Buckets buckets) {
        this.buckets = buckets;
    }

    @Override
    public S3Operation operation() {
        return S3Operation.PUT_BUCKET_VERSIONING;
    }

    @Override
    public Answer handle(S3Request request) throws IOException {
        Bucket bucket = buckets.open(request);
        XmlElement document = XmlElement.parse(RequestBody.document(request, MAX_DOCUMENT), "VersioningConfiguration");
        String mfa = document.child("MfaDelete");
        if (mfa != null && !mfa.strip().equals("Disabled")) {
            if (!mfa.strip().equals("Enabled")) {
                throw new S3Exception(S3Error.MALFORMED_XML);
            }
            throw S3Exception.notImplemented("MfaDelete");
        }
        String status = document.child("Status");
        if (status == null) {
            throw new S3Exception(S3Error.ILLEGAL_VERSIONING_CONFIGURATION, "The Versioning element must be specified");
        }
        Versioning wanted = switch (status.strip()) {
            case "Enabled" -> Versioning.ENABLED;
            case "Suspended" -> Versioning.SUSPENDED;
            default -> throw new S3Exception(S3Error.MALFORMED_XML);
        };
        if (bucket.objectLock() && wanted == Versioning.SUSPENDED) {
            throw new S3Exception(
                    S3Error.INVALID_BUCKET_STATE,
                    "An Object Lock configuration is present on this bucket, so the versioning state cannot be"
                            + " changed.");
        }
        buckets.setVersioning(bucket, wanted);
        return Answer.empty(200);
    }
}
