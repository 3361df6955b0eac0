package dev.mayfly.objects.acl;

import dev.mayfly.objects.bucket.settings.Setting;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.protocol.Xml;
import dev.mayfly.objects.protocol.XmlElement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who owns what others write to a bucket. */
public enum Ownership {
    /** The bucket's owner; there are no access control lists. */
    BUCKET_OWNER_ENFORCED("BucketOwnerEnforced"),
    /** The bucket's owner, when the writer gives it full control. */
    BUCKET_OWNER_PREFERRED("BucketOwnerPreferred"),
    /** Who wrote it. */
    OBJECT_WRITER("ObjectWriter");

    /** A bucket's ownership controls. */
    public static final Setting<Ownership> SETTING =
            Setting.xml("ownership", "OwnershipControls", Ownership::read, Ownership::write);

    private final String title;

    Ownership(String title) {
        this.title = title;
    }

    /** Whether access control lists count. */
    public boolean hasAcls() {
        return this != BUCKET_OWNER_ENFORCED;
    }

    /** @throws S3Exception InvalidArgument */
    public static @Nullable Ownership ofHeader(@Nullable String header) {
        if (header == null) {
            return null;
        }
        for (Ownership ownership : values()) {
            if (ownership.title.equals(header)) {
                return ownership;
            }
        }
        throw S3Exception.invalidArgument(
                "x-amz-object-ownership", header, "Invalid x-amz-object-ownership header: " + header);
    }

    private static Ownership read(XmlElement document) {
        List<XmlElement> rules = document.children("Rule");
        if (rules.size() == 1) {
            for (Ownership ownership : values()) {
                if (ownership.title.equals(rules.getFirst().child("ObjectOwnership"))) {
                    return ownership;
                }
            }
        }
        throw new S3Exception(S3Error.MALFORMED_XML);
    }

    private static Xml write(Ownership ownership) {
        return Xml.root("OwnershipControls").open("Rule").element("ObjectOwnership", ownership.title);
    }
}
