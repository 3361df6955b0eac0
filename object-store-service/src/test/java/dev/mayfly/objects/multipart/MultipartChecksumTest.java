package dev.mayfly.objects.multipart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.body.ChecksumAlgorithm;
import dev.mayfly.objects.body.Hash;
import dev.mayfly.objects.testing.RunningStore;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultipartChecksumTest {
    private static final int MIB = 1 << 20;

    private final RunningStore store = RunningStore.get();
    private final String target = "/" + store.bucket() + "/k";

    @ParameterizedTest
    @CsvSource({"SHA256,COMPOSITE", "SHA1,COMPOSITE", "CRC32,COMPOSITE", "CRC32C,FULL_OBJECT", "CRC64NVME,FULL_OBJECT"})
    void theObjectsChecksumIsVerifiedAndThoseOfItsPartsAreKept(ChecksumAlgorithm algorithm, String type) {
        byte[] first = random(5 * MIB, 1);
        byte[] second = random(100, 2);
        String sum1 = sum(algorithm, first);
        String sum2 = sum(algorithm, second);
        String whole = type.equals("COMPOSITE")
                ? sum(
                                algorithm,
                                Base64.getDecoder().decode(sum1),
                                Base64.getDecoder().decode(sum2)) + "-2"
                : sum(algorithm, first, second);
        String upload = store.call("POST", target + "?uploads")
                .header("x-amz-checksum-algorithm", algorithm.name())
                .header("x-amz-checksum-type", type)
                .send()
                .expect(200)
                .element("UploadId");
        String document = "<CompleteMultipartUpload>" + part(upload, 1, first, algorithm, sum1)
                + part(upload, 2, second, algorithm, sum2) + "</CompleteMultipartUpload>";
        RunningStore.Call complete =
                store.call("POST", target + "?uploadId=" + upload).body(document);
        complete.header(algorithm.header(), sum(algorithm, new byte[1]));
        complete.send().expect(400, "BadDigest");

        var completed = store.call("POST", target + "?uploadId=" + upload)
                .body(document)
                .header(algorithm.header(), whole)
                .send()
                .expect(200);

        assertThat(completed.element(algorithm.element())).isEqualTo(whole);
        assertThat(checksum("", algorithm)).isEqualTo(whole);
        assertThat(checksum("?partNumber=1", algorithm)).isEqualTo(sum1);
        assertThat(checksum("?partNumber=2", algorithm)).isEqualTo(sum2);
        var attributes = store.get(target + "?attributes")
                .header("x-amz-object-attributes", "Checksum")
                .header("x-amz-object-attributes", "ObjectParts")
                .header("x-amz-max-parts", "1")
                .header("x-amz-part-number-marker", "1")
                .send()
                .expect(200);
        assertThat(attributes.elements(algorithm.element())).containsExactly(whole, sum2);
        assertThat(attributes.element("ChecksumType")).isEqualTo(type);
        assertThat(attributes.element("PartsCount")).isEqualTo("2");
        assertThat(attributes.element("PartNumber")).isEqualTo("2");
        assertThat(attributes.element("Size")).isEqualTo("100");
        assertThat(attributes.element("IsTruncated")).isEqualTo("false");
        store.get(target + "?attributes")
                .header("x-amz-object-attributes", "Colour")
                .send()
                .expect(400, "InvalidArgument");
    }

    private String checksum(String query, ChecksumAlgorithm algorithm) {
        return store.get(target + query)
                .header("x-amz-checksum-mode", "ENABLED")
                .send()
                .header(algorithm.header());
    }

    private String part(String upload, int number, byte[] bytes, ChecksumAlgorithm algorithm, String sum) {
        String etag = store.put(target + "?partNumber=" + number + "&uploadId=" + upload, bytes)
                .header(algorithm.header(), sum)
                .send()
                .expect(200)
                .header("ETag");
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag><" + algorithm.element() + ">"
                + sum + "</" + algorithm.element() + "></Part>";
    }

    @Test
    void partsAndUploadsAreListedPageByPage() {
        String upload = store.call("POST", target + "?uploads").send().element("UploadId");
        for (int number : new int[] {2, 7, 10_000}) {
            store.put(target + "?partNumber=" + number + "&uploadId=" + upload, "x")
                    .send()
                    .expect(200);
        }
        String parts = target + "?uploadId=" + upload;
        var none = store.get(parts + "&max-parts=0").send().expect(200);
        assertThat(none.elements("PartNumber")).isEmpty();
        assertThat(none.element("MaxParts")).isEqualTo("0");
        var two = store.get(parts + "&max-parts=2").send().expect(200);
        assertThat(two.elements("PartNumber")).containsExactly("2", "7");
        assertThat(two.element("IsTruncated")).isEqualTo("true");
        var rest = store.get(parts + "&part-number-marker=" + two.element("NextPartNumberMarker"))
                .send();
        assertThat(rest.elements("PartNumber")).containsExactly("10000");
        assertThat(rest.element("IsTruncated")).isEqualTo("false");
        assertThat(store.get(parts + "&part-number-marker=10000").send().elements("PartNumber"))
                .isEmpty();
        store.get(parts + "&max-parts=x").send().expect(400, "InvalidArgument");
        store.get(parts + "&part-number-marker=-1").send().expect(400, "InvalidArgument");

        String uploads = target.substring(0, target.lastIndexOf('/')) + "?uploads";
        assertThat(store.get(uploads + "&key-marker=k").send().elements("UploadId"))
                .isEmpty();
        assertThat(store.get(uploads + "&prefix=k&encoding-type=url").send().elements("UploadId"))
                .containsExactly(upload);
        store.get(uploads + "&max-uploads=x").send().expect(400, "InvalidArgument");
        store.get(uploads + "&encoding-type=x").send().expect(400, "InvalidArgument");
    }

    @Test
    void tenThousandAndOnePartsAreTooMany() {
        String upload = store.call("POST", target + "?uploads").send().element("UploadId");
        var document = new StringBuilder("<CompleteMultipartUpload>");
        for (int number = 1; number <= 10_001; number++) {
            document.append("<Part><PartNumber>").append(number).append("</PartNumber><ETag>x</ETag></Part>");
        }
        document.append("</CompleteMultipartUpload>");
        store.call("POST", target + "?uploadId=" + upload)
                .body(document.toString())
                .send()
                .expect(400, "MalformedXML");
        store.call("POST", target + "?uploadId=" + upload)
                .body("<CompleteMultipartUpload><Part><PartNumber>10001</PartNumber><ETag>x</ETag></Part>"
                        + "</CompleteMultipartUpload>")
                .send()
                .expect(400, "InvalidPart");
    }

    private static String sum(ChecksumAlgorithm algorithm, byte[]... all) {
        Hash hash = algorithm.hash();
        for (byte[] one : all) {
            hash.update(one, 0, one.length);
        }
        return Base64.getEncoder().encodeToString(hash.value());
    }

    private static byte[] random(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
