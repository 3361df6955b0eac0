package dev.mayfly.objects.encryption;

import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.bucket.settings.SettingHandlers;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Handler;
import dev.mayfly.objects.protocol.S3Operation;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * How a bucket encrypts objects that do not say it themselves: always with keys of the store.
 *
 * @param bucketKey kept and shown; it has a meaning only for keys of a key management service
 */
record BucketEncryption(boolean bucketKey) {
    static final Setting<BucketEncryption> SETTING = Setting.xml(
            "encryption", "ServerSideEncryptionConfiguration", BucketEncryption::read, BucketEncryption::write);

    private static final int MAX_DOCUMENT = 64 << 10;

    private static BucketEncryption read(XmlElement document) {
        List<XmlElement> rules = document.children("Rule");
        if (rules.size() != 1) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        List<XmlElement> defaults = rules.getFirst().children("ApplyServerSideEncryptionByDefault");
        if (defaults.size() != 1) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        String algorithm = defaults.getFirst().require("SSEAlgorithm").strip();
        if (algorithm.startsWith("aws:kms")) {
            throw S3Exception.notImplemented("Encryption with keys of a key management service (" + algorithm + ")");
        }
        if (!algorithm.equals("AES256")) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        if (defaults.getFirst().child("KMSMasterKeyID") != null) {
            throw S3Exception.invalidArgument(
                    "KMSMasterKeyID",
                    String.valueOf(defaults.getFirst().child("KMSMasterKeyID")),
                    "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms");
        }
        return new BucketEncryption("true".equals(rules.getFirst().child("BucketKeyEnabled")));
    }

    private static Xml write(BucketEncryption encryption) {
        return Xml.root("ServerSideEncryptionConfiguration")
                .open("Rule")
                .open("ApplyServerSideEncryptionByDefault")
                .element("SSEAlgorithm", "AES256")
                .close()
                .element("BucketKeyEnabled", Boolean.toString(encryption.bucketKey))
                .close();
    }

    /** The three operations. */
    @Configuration(proxyBeanMethods = false)
    static class Handlers {
        @Bean
        Handler getBucketEncryption(SettingHandlers handlers) {
            return handlers.get(
                    S3Operation.GET_BUCKET_ENCRYPTION, SETTING, S3Error.SERVER_SIDE_ENCRYPTION_CONFIGURATION_NOT_FOUND);
        }

        @Bean
        Handler putBucketEncryption(SettingHandlers handlers) {
            return handlers.put(S3Operation.PUT_BUCKET_ENCRYPTION, SETTING, 200, MAX_DOCUMENT);
        }

        @Bean
        Handler deleteBucketEncryption(SettingHandlers handlers) {
            return handlers.delete(S3Operation.DELETE_BUCKET_ENCRYPTION, SETTING);
        }
    }
}
