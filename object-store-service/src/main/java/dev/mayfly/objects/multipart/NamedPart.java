package dev.mayfly.objects.multipart;

import dev.mayfly.objects.body.ChecksumAlgorithm;
import dev.mayfly.objects.body.Hash;
import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import dev.mayfly.objects.object.ETags;
import dev.mayfly.objects.protocol.XmlElement;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A part as the completing client names it.
 *
 * @param checksums Base64 by algorithm
 */
record NamedPart(int number, String etag, Map<ChecksumAlgorithm, String> checksums) {
    private static final long MIN_BYTES = 5L << 20;

    /** @throws S3Exception MalformedXML or InvalidPartOrder */
    static List<NamedPart> read(byte[] document) {
        var parts = new ArrayList<NamedPart>();
        for (XmlElement element :
                XmlElement.parse(document, "CompleteMultipartUpload").children("Part")) {
            NamedPart part = read(element);
            if (!parts.isEmpty() && parts.getLast().number >= part.number) {
                throw new S3Exception(S3Error.INVALID_PART_ORDER);
            }
            parts.add(part);
        }
        if (parts.isEmpty() || parts.size() > PartNumber.MAX) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
        return parts;
    }

    private static NamedPart read(XmlElement element) {
        var checksums = new EnumMap<ChecksumAlgorithm, String>(ChecksumAlgorithm.class);
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            String value = element.child(algorithm.element());
            if (value != null) {
                checksums.put(algorithm, value.strip());
            }
        }
        try {
            int number = Integer.parseInt(element.require("PartNumber").strip());
            String etag = ETags.unquoted(element.require("ETag")).toLowerCase(Locale.ROOT);
            return new NamedPart(number, etag, checksums);
        } catch (NumberFormatException e) {
            throw new S3Exception(S3Error.MALFORMED_XML);
        }
    }

    /** The entity tag of the object: the MD5 of the parts' MD5s, and how many they are. */
    static String etag(List<NamedPart> parts) {
        MessageDigest md5 = Hash.messageDigest("MD5");
        try {
            parts.forEach(part -> md5.update(HexFormat.of().parseHex(part.etag)));
        } catch (IllegalArgumentException e) {
            throw new S3Exception(S3Error.INVALID_PART);
        }
        return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    }

    /** @throws S3Exception InvalidPart or EntityTooSmall */
    static List<Part> choose(List<NamedPart> named, List<Part> uploaded, Upload upload) {
        Map<Integer, Part> byNumber = uploaded.stream().collect(Collectors.toMap(Part::number, Function.identity()));
        var chosen = new ArrayList<Part>(named.size());
        for (NamedPart name : named) {
            Part part = byNumber.get(name.number);
            if (part == null || !part.etag().equals(name.etag) || !name.checksumFits(part, upload)) {
                throw new S3Exception(
                        S3Error.INVALID_PART,
                        S3Error.INVALID_PART.message(),
                        Map.of("PartNumber", Integer.toString(name.number), "ETag", name.etag));
            }
            chosen.add(part);
        }
        for (Part part : chosen.subList(0, chosen.size() - 1)) {
            if (part.size() < MIN_BYTES) {
                throw new S3Exception(
                        S3Error.ENTITY_TOO_SMALL,
                        S3Error.ENTITY_TOO_SMALL.message(),
                        Map.of(
                                "ProposedSize", Long.toString(part.size()),
                                "MinSizeAllowed", Long.toString(MIN_BYTES),
                                "PartNumber", Integer.toString(part.number()),
                                "ETag", part.etag()));
            }
        }
        return chosen;
    }

    private boolean checksumFits(Part part, Upload upload) {
        String named = upload.checksum() == null ? null : checksums.get(upload.checksum());
        return named == null || named.equals(part.checksum());
    }
}
