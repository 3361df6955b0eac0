package dev.mayfly.objects.encryption;

import dev.mayfly.objects.blob.Content;
import dev.mayfly.objects.blob.DataKey;
import dev.mayfly.objects.blob.DataKeys;
import dev.mayfly.objects.bucket.Bucket;
import dev.mayfly.objects.bucket.settings.BucketSettings;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Answer;
import dev.mayfly.objects.protocol.S3Request;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Decides how what a request writes is encrypted, and whether it may read what is. */
@Component
public final class ServerSideEncryption {
    private static final String HEADER = "x-amz-server-side-encryption";
    private static final String BY_STORE = "AES256";
    private static final String BY_SERVICE = "aws:";
    private static final String MANAGED_KEY = "x-amz-server-side-encryption-aws-kms-key-id";

    private final BucketSettings settings;
    private final DataKeys keys;

    ServerSideEncryption(BucketSettings settings, DataKeys keys) {
        this.settings = settings;
        this.keys = keys;
    }

    /**
     * How something is to be written.
     *
     * @param encryption kept with it; null for none
     * @param key a new one for its bytes; null for none
     */
    public record Choice(
            @Nullable Encryption encryption, @Nullable DataKey key) {
        static final Choice NONE = new Choice(null, null);
    }

    /**
     * For a new object or upload: what the headers say, else what the bucket does.
     *
     * @throws S3Exception InvalidArgument, InvalidEncryptionAlgorithmError, NotImplemented for {@code aws:kms}
     */
    public Choice of(S3Request request, Bucket bucket) {
        CustomerKey customer = CustomerKey.of(request, CustomerKey.PREFIX);
        String method = request.header(HEADER);
        String managed = request.header(MANAGED_KEY);
        if (managed != null && (method == null || !method.startsWith(BY_SERVICE))) {
            throw S3Exception.invalidArgument(
                    MANAGED_KEY,
                    managed,
                    "Server Side Encryption with AWS KMS managed key requires HTTP header " + HEADER + " : aws:kms");
        }
        if (customer != null) {
            if (method != null) {
                throw S3Exception.invalidArgument(
                        HEADER,
                        method,
                        "Server Side Encryption with Customer provided key is incompatible with the encryption method specified");
            }
            return byCustomer(customer, customer.encryption());
        }
        if (method == null || method.isEmpty()) {
            return settings.find(bucket, BucketEncryption.SETTING).isPresent() ? byStore(bucket) : Choice.NONE;
        }
        if (method.startsWith(BY_SERVICE)) {
            throw S3Exception.notImplemented("Encryption with keys of a key management service (" + method + ")");
        }
        if (!method.equals(BY_STORE)) {
            throw S3Exception.invalidArgument(HEADER, method, "The encryption method specified is not supported");
        }
        return byStore(bucket);
    }

    /** For a part of an upload: as the upload began. */
    public Choice ofPart(S3Request request, Bucket bucket, @Nullable Encryption upload) {
        CustomerKey customer = CustomerKey.of(request, CustomerKey.PREFIX);
        if (upload == null || !upload.needsCustomerKey()) {
            if (customer != null) {
                throw new S3Exception(
                        S3Error.INVALID_REQUEST,
                        "The multipart upload initiate requested no encryption with a customer's key. Subsequent part requests must not include one.");
            }
            return upload == null ? Choice.NONE : byStore(bucket);
        }
        if (customer == null) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.");
        }
        if (!customer.fits(upload)) {
            throw S3Exception.invalidArgument(
                    CustomerKey.PREFIX + "key",
                    "null",
                    "The provided encryption parameters did not match the ones used originally.");
        }
        return byCustomer(customer, upload);
    }

    /** For a copy: as {@link #of}, but what the store has encrypted stays so. */
    public Choice ofCopy(S3Request request, Bucket bucket, @Nullable Encryption source) {
        Choice asked = of(request, bucket);
        return asked.encryption() == null && Encryption.BY_STORE.equals(source) ? byStore(bucket) : asked;
    }

    /** @throws S3Exception InvalidArgument when a read says how to write */
    public static void refuseMethod(S3Request request) {
        String method = request.header(HEADER);
        if (method != null) {
            throw S3Exception.invalidArgument(HEADER, method, HEADER + " header is not supported for this operation.");
        }
    }

    /** Whether bytes of the one may be named by the other as they are; both keys are known to be right. */
    public static boolean isSame(
            @Nullable Encryption source, Bucket sourceBucket, Choice target, Bucket targetBucket, S3Request request) {
        Encryption wanted = target.encryption();
        if (source == null || wanted == null) {
            return source == null && wanted == null;
        }
        if (source.needsCustomerKey() && wanted.needsCustomerKey()) {
            CustomerKey key = CustomerKey.of(request, CustomerKey.PREFIX);
            return key != null && key.fits(source);
        }
        return !source.needsCustomerKey()
                && !wanted.needsCustomerKey()
                && sourceBucket.accountId().equals(targetBucket.accountId());
    }

    private Choice byStore(Bucket bucket) {
        if (!keys.isAble()) {
            throw S3Exception.notImplemented("Encryption by a store that has no mayfly.objects.master-key");
        }
        return new Choice(Encryption.BY_STORE, keys.of(bucket.accountId()));
    }

    private Choice byCustomer(CustomerKey key, Encryption encryption) {
        return new Choice(encryption, keys.of(key.bytes()));
    }

    /**
     * The content with the key that the request brings for it.
     *
     * @throws S3Exception InvalidRequest when a key is missing or has no business here, AccessDenied when it is wrong
     */
    public static Content unlocked(S3Request request, @Nullable Encryption encryption, Content content) {
        return unlocked(CustomerKey.of(request, CustomerKey.PREFIX), encryption, content);
    }

    /** As {@link #unlocked}, for the source of a copy. */
    public static Content unlockedSource(S3Request request, @Nullable Encryption encryption, Content content) {
        return unlocked(CustomerKey.of(request, CustomerKey.COPY_SOURCE_PREFIX), encryption, content);
    }

    private static Content unlocked(@Nullable CustomerKey key, @Nullable Encryption encryption, Content content) {
        if (encryption == null || !encryption.needsCustomerKey()) {
            if (key != null) {
                throw new S3Exception(
                        S3Error.INVALID_REQUEST, "The encryption parameters are not applicable to this object.");
            }
            return content;
        }
        if (key == null) {
            throw new S3Exception(
                    S3Error.INVALID_REQUEST,
                    "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.");
        }
        if (!key.fits(encryption)) {
            throw new S3Exception(S3Error.ACCESS_DENIED);
        }
        return content.openedWith(key.bytes());
    }

    /** Says in the headers of an answer how the object is encrypted. */
    public static void tell(Answer answer, S3Request request, @Nullable Encryption encryption) {
        if (encryption == null) {
            return;
        }
        if (!encryption.needsCustomerKey()) {
            answer.with(HEADER, BY_STORE);
            return;
        }
        CustomerKey key = CustomerKey.of(request, CustomerKey.PREFIX);
        if (key != null) {
            answer.with(CustomerKey.PREFIX + "algorithm", BY_STORE).with(CustomerKey.PREFIX + "key-MD5", key.md5());
        }
    }
}
