package dev.mayfly.objects.bucket;

import static dev.mayfly.objects.testing.RunningStore.ALICE;
import static dev.mayfly.objects.testing.RunningStore.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.objects.testing.RunningStore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketTaggingTest {
    private final RunningStore store = RunningStore.get();

    private static String tag(String key, String value) {
        return "<Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag>";
    }

    private static String tagging(String tags) {
        return "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>" + tags + "</TagSet></Tagging>";
    }

    @Test
    void tagsAreKeptUntilTheyAreDeleted() {
        String target = "/" + store.bucket() + "?tagging";
        store.get(target).send().expect(404, "NoSuchTagSet");
        store.put(target, tagging(tag("b", "1 é") + tag("a", ""))).send().expect(204);
        assertThat(store.get(target).send().expect(200).elements("Key")).containsExactly("a", "b");
        store.put(target, tagging(tag("c", "&lt;"))).send().expect(400, "InvalidTag");
        store.put(target, tagging(tag("c", "x"))).send().expect(204);
        assertThat(store.get(target).send().expect(200).elements("Value")).containsExactly("x");
        store.call("DELETE", target).send().expect(204);
        store.call("DELETE", target).send().expect(204);
        store.get(target).send().expect(404, "NoSuchTagSet");
    }

    @Test
    void badTagsAreRefused() {
        String target = "/" + store.bucket() + "?tagging";
        store.put(target, tagging(tag("a", "1") + tag("a", "2"))).send().expect(400, "InvalidTag");
        store.put(target, tagging(tag("aws:a", "1"))).send().expect(400, "InvalidTag");
        store.put(target, tagging(tag("", "1"))).send().expect(400, "InvalidTag");
        store.put(target, tagging(tag("k".repeat(129), "1"))).send().expect(400, "InvalidTag");
        store.put(target, tagging(tag("k", "v".repeat(257)))).send().expect(400, "InvalidTag");
        store.put(target, tagging("<Tag><Key>a</Key></Tag>")).send().expect(400, "MalformedXML");
        store.put(target, "<Tagging/>").send().expect(400, "MalformedXML");
        store.put(target, "").send().expect(400, "MalformedXML");
        String many =
                IntStream.rangeClosed(0, 50).mapToObj(i -> tag("k" + i, "v")).collect(Collectors.joining());
        store.put(target, tagging(many)).send().expect(400, "BadRequest");
        store.put(target, tagging(tag("k", "v"))).as(BOB).send().expect(403, "AccessDenied");
        store.put(target, tagging(tag("k", "v"))).as(ALICE, Role.AUDITOR).send().expect(403, "AccessDenied");
        store.get(target).send().expect(404, "NoSuchTagSet");
    }
}
