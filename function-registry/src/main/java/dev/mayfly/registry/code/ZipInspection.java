package dev.mayfly.registry.code;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Reads a whole zip once, as an unpacker would, and refuses what is damaged, too large, or would write or point outside of
 * the folder that it is unpacked into. Nothing is written and no more than a buffer is held.
 */
final class ZipInspection {
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_COMPONENT = 255;
    private static final int LONGEST_LINK = 1024;
    private static final int MOST_LINKS = 4096;
    /** Magic, version 1, layer 0: a core module. Components, which have another layer, are not run. */
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private final ZipDirectory zip;
    private final long unzippedLimit;
    private final Set<List<String>> links = new HashSet<>();
    private final byte[] buffer = new byte[32_768];
    private final List<String> modules = new ArrayList<>();
    private boolean bootstrap;
    private long declared;
    private long unzipped;

    private ZipInspection(ZipDirectory zip, long unzippedLimit) {
        this.zip = zip;
        this.unzippedLimit = unzippedLimit;
    }

    /**
     * @param unzippedLimit bytes of all files together
     * @throws BadZipException when it must not be deployed
     */
    static CodeContents inspect(Path file, long unzippedLimit, int entryLimit) throws IOException, BadZipException {
        try (ZipDirectory zip = ZipDirectory.open(file)) {
            if (zip.entries() == 0) {
                throw BadZipException.refused("Uploaded file must be a non-empty zip");
            }
            if (zip.entries() > entryLimit) {
                throw BadZipException.refused(
                        "it has " + zip.entries() + " entries, and " + entryLimit + " is the most there may be");
            }
            var inspection = new ZipInspection(zip, unzippedLimit);
            zip.forEach(inspection::checkHeader);
            zip.forEach(inspection::checkContent);
            return new CodeContents(inspection.bootstrap, inspection.modules, inspection.unzipped);
        }
    }

    private void checkHeader(ZipDirectory.Entry entry) throws BadZipException {
        List<String> path = path(entry.name());
        if (entry.isSpecial()) {
            throw BadZipException.refused(
                    "the entry '" + entry.name() + "' is neither a file nor a folder nor a symbolic link");
        }
        if (entry.encrypted()) {
            throw BadZipException.refused("the entry '" + entry.name() + "' is encrypted");
        }
        if (entry.method() != STORED && entry.method() != DEFLATED) {
            throw BadZipException.refused("the entry '" + entry.name() + "' is packed with method " + entry.method()
                    + "; only stored (0) and deflated (8) are read");
        }
        declared += entry.size();
        if (declared >= unzippedLimit) {
            throw BadZipException.tooLarge(unzippedLimit);
        }
        if (entry.isSymlink()) {
            links.add(path);
            if (links.size() > MOST_LINKS) {
                throw BadZipException.refused("it has more than " + MOST_LINKS + " symbolic links");
            }
        }
    }

    private void checkContent(ZipDirectory.Entry entry) throws IOException, BadZipException {
        List<String> path = path(entry.name());
        for (int parents = 1; parents < path.size(); parents++) {
            if (links.contains(path.subList(0, parents))) {
                throw BadZipException.refused("the entry '" + entry.name() + "' lies behind a symbolic link");
            }
        }
        byte[] head = unpack(entry);
        if (entry.isSymlink()) {
            checkLink(entry, path, head);
        } else if (!entry.isDirectory()) {
            bootstrap |= path.equals(List.of("bootstrap"));
            if (head.length >= MODULE.length
                    && Arrays.equals(head, 0, MODULE.length, MODULE, 0, MODULE.length)
                    && modules.size() < CodeContents.MOST_MODULES) {
                modules.add(String.join("/", path));
            }
        }
    }

    /** The path's components, once it is sure that it stays inside. */
    private static List<String> path(String name) throws BadZipException {
        if (name.isEmpty() || name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
            throw BadZipException.refused("an entry's name is empty, longer than " + LONGEST_NAME + " or has a NUL");
        }
        if (name.startsWith("/") || name.startsWith("\\") || name.matches("[A-Za-z]:[/\\\\].*")) {
            throw BadZipException.refused("the entry '" + name + "' has an absolute path");
        }
        if (Arrays.asList(name.split("[/\\\\]")).contains("..")) {
            throw BadZipException.refused("the entry '" + name + "' has '..' in its path");
        }
        List<String> path = Arrays.stream(name.split("/"))
                .filter(component -> !component.isEmpty() && !component.equals("."))
                .toList();
        for (String component : path) {
            if (component.getBytes(StandardCharsets.UTF_8).length > LONGEST_COMPONENT) {
                throw BadZipException.refused("a part of the path '" + name + "' is longer than " + LONGEST_COMPONENT);
            }
        }
        return path;
    }

    /**
     * A link stays inside when each {@code ..} of its target stands at the beginning and there are no more of them than
     * folders above it: those folders are real, as no entry lies behind a link.
     */
    private static void checkLink(ZipDirectory.Entry entry, List<String> path, byte[] target) throws BadZipException {
        String text = new String(target, StandardCharsets.UTF_8);
        if (entry.size() > LONGEST_LINK || text.isEmpty() || text.indexOf('\0') >= 0) {
            throw BadZipException.refused("the symbolic link '" + entry.name() + "' is malformed");
        }
        int up = 0;
        boolean down = false;
        for (String component : text.split("/")) {
            if (component.equals("..")) {
                up++;
                if (down) {
                    throw leaves(entry, text);
                }
            } else if (!component.isEmpty() && !component.equals(".")) {
                down = true;
            }
        }
        if (text.startsWith("/") || up >= path.size()) {
            throw leaves(entry, text);
        }
    }

    private static BadZipException leaves(ZipDirectory.Entry entry, String target) {
        return BadZipException.refused(
                "the symbolic link '" + entry.name() + "' points outside of the zip ('" + target + "')");
    }

    /** Unpacks one entry into nothing, checks its length and checksum, and returns its first bytes. */
    private byte[] unpack(ZipDirectory.Entry entry) throws IOException, BadZipException {
        var crc = new CRC32();
        long size = 0;
        byte[] head = new byte[0];
        var inflater = new Inflater(true);
        try (InputStream packed = zip.packed(entry);
                InputStream in =
                        entry.method() == DEFLATED ? new InflaterInputStream(packed, inflater, 8192) : packed) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                crc.update(buffer, 0, read);
                if (head.length < LONGEST_LINK) {
                    int more = Math.min(read, LONGEST_LINK - head.length);
                    int had = head.length;
                    head = Arrays.copyOf(head, had + more);
                    System.arraycopy(buffer, 0, head, had, more);
                }
                size += read;
                unzipped += read;
                if (unzipped >= unzippedLimit) {
                    throw BadZipException.tooLarge(unzippedLimit);
                }
                if (size > entry.size()) {
                    break;
                }
            }
        } catch (ZipException | java.io.EOFException e) {
            throw BadZipException.corrupt("the content of '" + entry.name() + "' is damaged");
        } finally {
            inflater.end();
        }
        if (size != entry.size() || crc.getValue() != entry.crc()) {
            throw BadZipException.corrupt("the content of '" + entry.name() + "' is not what its checksum promises");
        }
        return head;
    }
}
