package dev.mayfly.objects.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.events.TopicCreation;
import dev.mayfly.contracts.events.TopicTail;
import dev.mayfly.contracts.events.Topics;
import dev.mayfly.contracts.usage.UsageEvent;
import dev.mayfly.contracts.usage.UsageEvent.ObjectRequest;
import dev.mayfly.objects.testing.RunningStore;
import dev.mayfly.testing.TestKafka;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiteTest {
    private static final String PAGE = "<p>A page of some length, said again and again.</p>\n".repeat(40);
    private static final String RULES = """
            <IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>404.html</Key></ErrorDocument>\
            <RoutingRules>\
            <RoutingRule><Condition><KeyPrefixEquals>old/</KeyPrefixEquals></Condition>\
            <Redirect><ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule>\
            <RoutingRule><Condition><KeyPrefixEquals>lost/</KeyPrefixEquals>\
            <HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>\
            <Redirect><HostName>other.example</HostName><Protocol>https</Protocol><ReplaceKeyWith>found it</ReplaceKeyWith>\
            <HttpRedirectCode>307</HttpRedirectCode></Redirect></RoutingRule>\
            </RoutingRules>""";

    private final RunningStore store = RunningStore.get();
    private final String bucket = store.bucket();

    @BeforeEach
    void build() {
        store.put("/" + bucket + "?policy", """
                        {"Version":"2012-10-17","Statement":[
                        {"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"},
                        {"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/private/*"}
                        ]}""".formatted(bucket, bucket))
                .send()
                .expect(204);
        configure(RULES).expect(200);
        put("index.html", "text/html", PAGE);
        put("404.html", "text/html", "<h1>Nothing here</h1>");
        put("docs/index.html", "text/html", "the docs");
    }

    private RunningStore.Answer configure(String inner) {
        return store.put("/" + bucket + "?website", "<WebsiteConfiguration>" + inner + "</WebsiteConfiguration>")
                .send();
    }

    private void put(String key, String type, String body) {
        var call = store.put("/" + bucket + "/" + key, body);
        (type.isEmpty() ? call : call.header("Content-Type", type)).send().expect(200);
    }

    private RunningStore.Call get(String path) {
        return store.browse("GET", bucket, path);
    }

    @Test
    void pagesFoldersAndErrors() {
        var index = get("/?utm=x").send().expect(200);
        assertThat(index.text()).isEqualTo(PAGE);
        assertThat(index.header("Content-Type")).isEqualTo("text/html");
        assertThat(index.header("Cache-Control")).isEqualTo("no-cache");
        assertThat(index.header("Vary")).isEqualTo("Accept-Encoding");
        assertThat(get("/docs/").send().expect(200).text()).isEqualTo("the docs");
        assertThat(get("/docs").send().expect(302).header("Location")).isEqualTo("/docs/");
        var missing = get("/none.html").header("If-None-Match", "*").send().expect(404);
        assertThat(missing.text()).isEqualTo("<h1>Nothing here</h1>");
        assertThat(missing.header("Content-Type")).isEqualTo("text/html");
        assertThat(get("/docs/../index.html").send().expect(404).text()).contains("Nothing here");
        assertThat(get("/%zz").send().expect(400).text()).contains("Code: InvalidURI");
        var head = store.browse("HEAD", bucket, "/").send().expect(200);
        assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(PAGE.length()));
        assertThat(store.browse("POST", bucket, "/")
                        .body("x")
                        .send()
                        .expect(405)
                        .header("Allow"))
                .isEqualTo("GET, HEAD");
        assertThat(store.browse("GET", "nobodys-" + bucket, "/")
                        .send()
                        .expect(404)
                        .text())
                .contains("<h1>404 Not Found</h1>", "Code: NoSuchBucket");
        assertThat(store.browse("GET", store.bucket(), "/").send().expect(404).text())
                .contains("Code: NoSuchWebsiteConfiguration");
        store.call("DELETE", "/" + bucket + "/404.html").send().expect(204);
        assertThat(get("/%3Cscript%3E").send().expect(404).text())
                .contains("Code: NoSuchKey", "Key: &lt;script&gt;", "Key: 404.html")
                .doesNotContain("<script>");
    }

    @Test
    void nothingIsShownThatNotAnybodyMayRead() {
        put("private/index.html", "text/html", "secret");
        for (String path : List.of("/private/", "/private/index.html", "/private", "/private/none")) {
            assertThat(get(path).send().expect(403).text()).isEqualTo("<h1>Nothing here</h1>");
        }
        store.call("DELETE", "/" + bucket + "?policy").send().expect(204);
        assertThat(get("/").send().expect(403).text()).contains("Code: AccessDenied", "Key: 404.html");
    }

    @Test
    void redirects() {
        assertThat(get("/old/a%20b").send().expect(301).header("Location")).isEqualTo("/new/a%20b");
        assertThat(get("/lost/x").send().expect(307).header("Location")).isEqualTo("https://other.example/found%20it");
        store.put("/" + bucket + "/moved", "")
                .header("x-amz-website-redirect-location", "/docs/?a=b")
                .send()
                .expect(200);
        assertThat(get("/moved").send().expect(301).header("Location")).isEqualTo("/docs/?a=b");
        assertThat(store.get("/" + bucket + "/moved").send().expect(200).header("x-amz-website-redirect-location"))
                .isEqualTo("/docs/?a=b");
        store.call("PUT", "/" + bucket + "/copied")
                .header("x-amz-copy-source", "/" + bucket + "/moved")
                .send()
                .expect(200);
        get("/copied").send().expect(200);
        store.put("/" + bucket + "/bad", "")
                .header("x-amz-website-redirect-location", "javascript:alert(1)")
                .send()
                .expect(400, "InvalidRedirectLocation");
        configure("<RedirectAllRequestsTo><HostName>www.example.com:8443</HostName><Protocol>https</Protocol>"
                        + "</RedirectAllRequestsTo>")
                .expect(200);
        assertThat(get("/a/%0d%0aSet-Cookie:x").send().expect(301).header("Location"))
                .isEqualTo("https://www.example.com:8443/a/%0D%0ASet-Cookie%3Ax");
        configure("<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule><Redirect>"
                        + "<ReplaceKeyWith>/evil.example</ReplaceKeyWith></Redirect></RoutingRule></RoutingRules>")
                .expect(200);
        assertThat(get("/x").send().expect(301).header("Location")).isEqualTo("/%2Fevil.example");
    }

    @Test
    void conditionsAndRanges() {
        String etag = get("/").send().header("ETag");
        var unchanged = get("/").header("If-None-Match", "W/" + etag).send().expect(304);
        assertThat(unchanged.header("ETag")).isEqualTo(etag);
        assertThat(unchanged.header("Cache-Control")).isEqualTo("no-cache");
        get("/").header("If-Modified-Since", get("/").send().header("Last-Modified"))
                .send()
                .expect(304);
        var part = get("/").header("Range", "bytes=3-5").send().expect(206);
        assertThat(part.text()).isEqualTo("A p");
        assertThat(part.header("Content-Range")).isEqualTo("bytes 3-5/" + PAGE.length());
        get("/").header("Range", "bytes=3-5").header("If-Range", etag).send().expect(206);
        get("/").header("Range", "bytes=3-5")
                .header("If-Range", "\"other\"")
                .send()
                .expect(200);
        assertThat(get("/").header("Range", "bytes=99999-").send().expect(416).text())
                .contains("Nothing here");
    }

    @Test
    void typesAndCodings() throws IOException {
        put("a.css", "binary/octet-stream", "p { color: red }\n".repeat(60));
        var css = get("/a.css").header("Accept-Encoding", "gzip, br").send().expect(200);
        assertThat(css.header("Content-Type")).isEqualTo("text/css;charset=utf-8");
        assertThat(css.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(css.header("ETag")).startsWith("W/\"");
        assertThat(css.header("Cache-Control")).isEqualTo("public, max-age=60");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(css.bytes())).readAllBytes())
                .isEqualTo("p { color: red }\n".repeat(60).getBytes(StandardCharsets.UTF_8));
        get("/a.css")
                .header("Accept-Encoding", "gzip")
                .header("If-None-Match", css.header("ETag"))
                .send()
                .expect(304);
        assertThat(store.browse("HEAD", bucket, "/a.css")
                        .header("Accept-Encoding", "gzip")
                        .send()
                        .header("Content-Length"))
                .isEqualTo(Integer.toString(css.bytes().length));
        assertThat(get("/a.css").header("Accept-Encoding", "gzip;q=0").send().header("Content-Encoding"))
                .isEmpty();
        put("index.html.br", "", "as brotli");
        put("index.html.gz", "", "as gzip");
        var brotli =
                get("/").header("Accept-Encoding", "gzip, deflate, br").send().expect(200);
        assertThat(brotli.text()).isEqualTo("as brotli");
        assertThat(brotli.header("Content-Encoding")).isEqualTo("br");
        assertThat(brotli.header("Content-Type")).isEqualTo("text/html");
        assertThat(get("/").header("Accept-Encoding", "gzip").send().text()).isEqualTo("as gzip");
        store.put("/" + bucket + "/i.png", new byte[2000])
                .header("Cache-Control", "max-age=9")
                .header("Content-Type", "image/png")
                .send()
                .expect(200);
        var png = get("/i.png").header("Accept-Encoding", "gzip").send().expect(200);
        assertThat(png.header("Content-Encoding")).isEmpty();
        assertThat(png.header("Cache-Control")).isEqualTo("max-age=9");
    }

    @Test
    void visitsAreOnTheOwnersBill() throws InterruptedException {
        TopicCreation.ensureAll(TestKafka.bootstrapServers());
        List<ObjectRequest> usage = new CopyOnWriteArrayList<>();
        get("/").send().expect(200);
        try (var tail =
                new TopicTail(TestKafka.bootstrapServers(), Topics.USAGE_EVENTS, TopicTail.From.BEGINNING, received -> {
                    if (Json.read(received.value(), UsageEvent.class) instanceof ObjectRequest request
                            && request.resource().equals(bucket)
                            && request.operation().equals("GetObject")) {
                        usage.add(request);
                    }
                })) {
            await().atMost(Duration.ofSeconds(30)).until(() -> !usage.isEmpty());
        }
        assertThat(usage.getFirst().accountId()).isEqualTo(RunningStore.ALICE);
        assertThat(usage.getFirst().bytesOut()).isEqualTo(PAGE.length());
    }

    @Test
    void theConfigurationIsReadBack() {
        var read = store.get("/" + bucket + "?website").send().expect(200);
        assertThat(read.element("Suffix")).isEqualTo("index.html");
        assertThat(read.elements("KeyPrefixEquals")).containsExactly("old/", "lost/");
        assertThat(read.elements("HttpRedirectCode")).containsExactly("301", "307");
        store.call("DELETE", "/" + bucket + "?website").send().expect(204);
        store.get("/" + bucket + "?website").send().expect(404, "NoSuchWebsiteConfiguration");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<IndexDocument><Suffix>a/b</Suffix></IndexDocument>",
                "<IndexDocument><Suffix></Suffix></IndexDocument>",
                "<IndexDocument/>",
                "<Nothing/>",
                "<RedirectAllRequestsTo><HostName>a b</HostName></RedirectAllRequestsTo>",
                "<RedirectAllRequestsTo><HostName>h</HostName><Protocol>ftp</Protocol></RedirectAllRequestsTo>",
                "<IndexDocument><Suffix>i</Suffix></IndexDocument><RedirectAllRequestsTo><HostName>h</HostName></RedirectAllRequestsTo>",
                "<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule/></RoutingRules>",
                "<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule><Redirect/></RoutingRule></RoutingRules>",
                "<IndexDocument><Suffix>i</Suffix></IndexDocument><RoutingRules><RoutingRule><Redirect><HttpRedirectCode>999</HttpRedirectCode></Redirect></RoutingRule></RoutingRules>",
            })
    void badConfigurationsAreRefused(String inner) {
        assertThat(configure(inner).status()).isEqualTo(400);
    }
}
