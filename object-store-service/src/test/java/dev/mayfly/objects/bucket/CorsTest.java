package dev.mayfly.objects.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.objects.testing.RunningStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorsTest {
    private final RunningStore store = RunningStore.get();

    private static String rules(String rules) {
        return "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + rules + "</CORSConfiguration>";
    }

    @Test
    void browsersAreToldWhatPagesMayDo() {
        String bucket = store.bucket();
        String key = "/" + bucket + "/k";
        store.put(key, "x").send().expect(200);
        store.get("/" + bucket + "?cors").send().expect(404, "NoSuchCORSConfiguration");
        RunningStore.Answer off = store.call("OPTIONS", key)
                .asNobody()
                .header("Origin", "https://a.example")
                .header("Access-Control-Request-Method", "GET")
                .send()
                .expect(403, "AccessForbidden");
        assertThat(off.text()).contains("CORSResponse: CORS is not enabled for this bucket.");
        store.put("/" + bucket + "?cors", rules("""
                <CORSRule><AllowedOrigin>https://*.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
                <AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader>
                <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-request-id</ExposeHeader>
                <MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>
                <CORSRule><ID>all</ID><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>
                """)).send().expect(200);
        assertThat(store.get("/" + bucket + "?cors").send().expect(200).elements("AllowedMethod"))
                .containsExactly("GET", "PUT", "GET");

        RunningStore.Answer named = store.call("OPTIONS", key)
                .asNobody()
                .header("Origin", "https://a.example")
                .header("Access-Control-Request-Method", "PUT")
                .header("Access-Control-Request-Headers", "X-Amz-Date, x-amz-meta-a")
                .send()
                .expect(200);
        assertThat(named.header("Access-Control-Allow-Origin")).isEqualTo("https://a.example");
        assertThat(named.header("Access-Control-Allow-Credentials")).isEqualTo("true");
        assertThat(named.header("Access-Control-Allow-Methods")).isEqualTo("GET, PUT");
        assertThat(named.header("Access-Control-Allow-Headers")).isEqualTo("X-Amz-Date, x-amz-meta-a");
        assertThat(named.header("Access-Control-Expose-Headers")).isEqualTo("ETag, x-amz-request-id");
        assertThat(named.header("Access-Control-Max-Age")).isEqualTo("600");
        assertThat(named.header("Vary")).contains("Origin");

        RunningStore.Answer anybody =
                store.get(key).header("Origin", "https://b.test").send().expect(200);
        assertThat(anybody.header("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(anybody.header("Access-Control-Allow-Credentials")).isEmpty();
        RunningStore.Answer refused = store.get(key)
                .asNobody()
                .header("Origin", "https://b.test")
                .send()
                .expect(403, "AccessDenied");
        assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(store.put(key, "x")
                        .header("Origin", "https://b.test")
                        .send()
                        .expect(200)
                        .header("Access-Control-Allow-Origin"))
                .isEmpty();
        store.call("OPTIONS", key)
                .asNobody()
                .header("Origin", "https://a.example")
                .header("Access-Control-Request-Method", "PUT")
                .header("Access-Control-Request-Headers", "content-type")
                .send()
                .expect(403, "AccessForbidden");
        store.call("OPTIONS", key).asNobody().send().expect(400, "BadRequest");
        store.call("DELETE", "/" + bucket + "?cors").send().expect(204);
        store.get("/" + bucket + "?cors").send().expect(404, "NoSuchCORSConfiguration");
    }

    @ParameterizedTest
    @CsvSource({
        "'',MalformedXML",
        "<CORSRule/>,MalformedXML",
        "<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>,MalformedXML",
        "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod></CORSRule>,InvalidRequest",
        "<CORSRule><AllowedOrigin>a*b*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>,InvalidRequest",
        "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><ExposeHeader>*</ExposeHeader></CORSRule>,InvalidRequest",
        "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedHeader>**</AllowedHeader></CORSRule>,InvalidRequest",
        "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>-1</MaxAgeSeconds></CORSRule>,MalformedXML",
        "<CORSRule><AllowedOrigin>&#10;</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>,MalformedXML",
    })
    void badRulesAreRefused(String rule, String code) {
        store.put("/" + store.bucket() + "?cors", rules(rule)).send().expect(400, code);
    }
}
