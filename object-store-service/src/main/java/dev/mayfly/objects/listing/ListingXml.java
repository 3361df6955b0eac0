package dev.mayfly.objects.listing;

import dev.mayfly.objects.object.ETags;
import dev.mayfly.objects.protocol.S3Dates;
import dev.mayfly.objects.protocol.Xml;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of a page, as both versions of the listing show them. */
final class ListingXml {
    static final int MAX_KEYS = 1000;

    private ListingXml() {}

    static void write(Xml xml, List<Listing.Entry> page, KeyEncoding encoding, @Nullable String owner) {
        for (Listing.Entry entry : page) {
            if (!entry.folded()) {
                xml.open("Contents")
                        .element("Key", encoding.show(entry.name()))
                        .element("LastModified", S3Dates.iso(entry.modifiedAt()))
                        .element("ETag", ETags.quoted(entry.etag()))
                        .element("Size", entry.size());
                if (owner != null) {
                    xml.owner("Owner", owner);
                }
                xml.element("StorageClass", "STANDARD").close();
            }
        }
        for (Listing.Entry entry : page) {
            if (entry.folded()) {
                xml.open("CommonPrefixes")
                        .element("Prefix", encoding.show(entry.name()))
                        .close();
            }
        }
    }
}
