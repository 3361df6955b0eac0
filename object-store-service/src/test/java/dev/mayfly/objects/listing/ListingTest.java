package dev.mayfly.objects.listing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.protocol.Percent;
import dev.mayfly.objects.testing.RunningStore;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListingTest {
    private static final Comparator<String> UTF8 = (left, right) ->
            Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));

    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();

    @ParameterizedTest
    @CsvSource({
        "'','',7",
        "'','/',3",
        "'photos/','/',2",
        "'photos/2','/',1000",
        "'','oto',4",
        "'a','',1",
        "'','2006/',5"
    })
    void pagesAddUpToWhatAModelSays(String prefix, String delimiter, int page) {
        var keys = new TreeSet<>(UTF8);
        keys.addAll(List.of(
                "a",
                "a/",
                "a/b",
                "a/b/c",
                "a0",
                "asset",
                "photos/",
                "photos/2006/January/x",
                "photos/2006/February/y",
                "photos/2006/z",
                "photos/2007",
                "photos/21/a",
                "photos2/x",
                "\uD83E\uDD8B",
                "\uFF5E",
                "z//",
                "z//x",
                "ü/1",
                "ü/2"));
        keys.forEach(this::put);

        var expected = model(keys, prefix, delimiter);
        assertThat(all(prefix, delimiter, page, true)).isEqualTo(expected);
        if (!delimiter.isEmpty()) {
            assertThat(all(prefix, delimiter, page, false)).isEqualTo(expected);
        }
    }

    private static List<String> model(TreeSet<String> keys, String prefix, String delimiter) {
        var entries = new ArrayList<String>();
        for (String key : keys) {
            if (key.startsWith(prefix)) {
                int at = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
                String entry = at < 0 ? key : key.substring(0, at + delimiter.length()) + "*";
                if (!entries.contains(entry)) {
                    entries.add(entry);
                }
            }
        }
        entries.sort(UTF8);
        return entries;
    }

    /** All entries, page by page; what was folded is marked with a star. */
    private List<String> all(String prefix, String delimiter, int size, boolean second) {
        var entries = new ArrayList<String>();
        String from = "";
        while (true) {
            var page = store.get("/" + bucket + "?encoding-type=url" + (second ? "&list-type=2" : "") + "&prefix="
                            + Percent.encode(prefix) + "&delimiter=" + Percent.encode(delimiter) + "&max-keys=" + size
                            + from)
                    .send()
                    .expect(200);
            var names = new ArrayList<String>();
            page.elements("Key").forEach(key -> names.add(decode(key)));
            page.elements("Prefix").stream().skip(1).forEach(folded -> names.add(decode(folded) + "*"));
            names.sort(UTF8);
            assertThat(names).hasSizeLessThanOrEqualTo(size);
            entries.addAll(names);
            if (page.element("IsTruncated").equals("false")) {
                return entries;
            }
            assertThat(names).hasSize(size);
            from = second
                    ? "&continuation-token=" + Percent.encode(page.element("NextContinuationToken"))
                    : "&marker=" + Percent.encode(decode(page.element("NextMarker")));
        }
    }

    @Test
    void manyKeysComeInByteOrder() {
        long id = store.jdbc()
                .sql("SELECT id FROM bucket WHERE name = ?")
                .param(bucket)
                .query(Long.class)
                .single();
        store.jdbc().sql("""
                        INSERT INTO object (bucket_id, key, size, etag, modified_at, attributes, inline_bytes)
                        SELECT ?, convert_to('d' || n % 10 || '/' || md5(n::text), 'UTF8'), 0, 'e', now(), '{}', ''
                        FROM generate_series(1, 20000) n""").param(id).update();

        assertThat(all("", "", 1000, true)).hasSize(20_000).isSortedAccordingTo(UTF8);
        assertThat(all("", "/", 1000, true)).hasSize(10).allMatch(name -> name.endsWith("/*"));
        assertThat(all("d3/", "/", 1000, true)).hasSize(2000);
    }

    @Test
    void oddKeysSurvive() {
        var keys = new ArrayList<>(List.of(
                " ",
                "+",
                "%",
                "%20",
                "a b+c",
                "..",
                "../x",
                "./",
                "//",
                "a\\b",
                "?x=y",
                "#",
                "\"'<>&",
                "\u0000",
                "\u0001\u001F",
                "\r\n",
                "\t",
                "\u007F",
                "\uFFFE",
                "\u202E",
                "e\u0301",
                "\u00E9",
                "\uD83D\uDC68\u200D\uD83D\uDC69",
                "~*()!$,;:@="));
        var random = new Random(7);
        for (int i = 0; i < 50; i++) {
            var key = new StringBuilder();
            for (int n = 0; n < 12; n++) {
                int point = random.nextInt(0x11_0000);
                key.appendCodePoint(Character.getType(point) == Character.SURROGATE ? 'x' : point);
            }
            keys.add(key.toString());
        }
        keys.forEach(this::put);
        for (String key : keys) {
            assertThat(store.get("/" + bucket + "/" + Percent.encode(key))
                            .send()
                            .expect(200)
                            .text())
                    .isEqualTo(key);
        }
        assertThat(all("", "", 9, true)).containsExactlyInAnyOrderElementsOf(keys);
        String plain =
                store.get("/" + bucket + "?list-type=2").send().expect(200).text();
        assertThat(plain)
                .contains("<Key>\"".replace("\"", "&quot;") + "'&lt;&gt;&amp;</Key>")
                .contains("&#xd;\n")
                .contains("&#x0;");
    }

    @Test
    void startsWhereAsked() {
        List.of("a", "b/1", "b/2", "c").forEach(this::put);
        assertThat(keys("?list-type=2&start-after=b/1")).containsExactly("b/2", "c");
        assertThat(keys("?list-type=2&start-after=aa&max-keys=1")).containsExactly("b/1");
        assertThat(keys("?marker=b/2")).containsExactly("c");
        assertThat(keys("?list-type=2&max-keys=0")).isEmpty();
        assertThat(store.get("/" + bucket + "?list-type=2&delimiter=/&start-after=b/1")
                        .send()
                        .elements("Prefix"))
                .containsExactly("");
    }

    @Test
    void nonsenseIsRefused() {
        store.get("/" + bucket + "?list-type=2&max-keys=x").send().expect(400, "InvalidArgument");
        store.get("/" + bucket + "?list-type=2&max-keys=-1").send().expect(400, "InvalidArgument");
        store.get("/" + bucket + "?list-type=2&continuation-token=%25").send().expect(400, "InvalidArgument");
        store.get("/" + bucket + "?encoding-type=x").send().expect(400, "InvalidArgument");
        store.get("/none-" + bucket).send().expect(404, "NoSuchBucket");
    }

    private List<String> keys(String query) {
        return store.get("/" + bucket + query).send().expect(200).elements("Key");
    }

    private void put(String key) {
        store.put("/" + bucket + "/" + Percent.encode(key), key).send().expect(200);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
