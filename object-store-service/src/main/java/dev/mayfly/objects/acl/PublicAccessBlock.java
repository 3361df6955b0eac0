package dev.mayfly.objects.acl;

import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.Locale;

/**
 * What a bucket never lets happen, whatever lists and policies say.
 *
 * @param blockPublicAcls lists that let in everybody are refused
 * @param ignorePublicAcls grants to everybody count for nothing
 * @param blockPublicPolicy policies that let in everybody are refused
 * @param restrictPublicBuckets a policy that lets in everybody lets in the owner's account only
 */
public record PublicAccessBlock(
        boolean blockPublicAcls, boolean ignorePublicAcls, boolean blockPublicPolicy, boolean restrictPublicBuckets) {
    /** A bucket's configuration. */
    public static final Setting<PublicAccessBlock> SETTING = Setting.xml(
            "public-access-block", "PublicAccessBlockConfiguration", PublicAccessBlock::read, PublicAccessBlock::write);

    /** What holds where nothing is configured. */
    public static final PublicAccessBlock NONE = new PublicAccessBlock(false, false, false, false);

    private static PublicAccessBlock read(XmlElement document) {
        return new PublicAccessBlock(
                flag(document, "BlockPublicAcls"),
                flag(document, "IgnorePublicAcls"),
                flag(document, "BlockPublicPolicy"),
                flag(document, "RestrictPublicBuckets"));
    }

    private static boolean flag(XmlElement document, String name) {
        XmlElement flag = document.only(name);
        if (flag == null) {
            return false;
        }
        return switch (flag.text().strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new S3Exception(S3Error.MALFORMED_XML);
        };
    }

    private static Xml write(PublicAccessBlock block) {
        return Xml.root("PublicAccessBlockConfiguration")
                .element("BlockPublicAcls", Boolean.toString(block.blockPublicAcls))
                .element("IgnorePublicAcls", Boolean.toString(block.ignorePublicAcls))
                .element("BlockPublicPolicy", Boolean.toString(block.blockPublicPolicy))
                .element("RestrictPublicBuckets", Boolean.toString(block.restrictPublicBuckets));
    }
}
