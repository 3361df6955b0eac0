package dev.mayfly.objects.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.objects.error.S3Error;
import dev.mayfly.objects.error.S3Exception;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlElementTest {
    @Test
    void readsNamesWithoutTheirNamespaces() {
        XmlElement root = parse("<?xml version=\"1.0\"?><D xmlns=\"urn:x\"><K>a&amp;<![CDATA[<]]>&#x41;</K><K/></D>");
        assertThat(root.child("K")).isEqualTo("a&<A");
        assertThat(root.children("K")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "<D>",
                "<E/>",
                "<D/><D/>",
                "<!DOCTYPE D [<!ENTITY a \"b\">]><D>&a;</D>",
                "<!DOCTYPE D [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><D>&a;</D>",
                "<!DOCTYPE D [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\"><!ENTITY c \"&b;&b;\">]><D>&c;</D>",
                "<D>&unknown;</D>",
                "<D><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></D>"
            })
    void refusesWhatIsNotPlain(String xml) {
        assertThatThrownBy(() -> parse(xml))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.error()).isEqualTo(S3Error.MALFORMED_XML));
    }

    private static XmlElement parse(String xml) {
        return XmlElement.parse(xml.getBytes(StandardCharsets.UTF_8), "D");
    }
}
