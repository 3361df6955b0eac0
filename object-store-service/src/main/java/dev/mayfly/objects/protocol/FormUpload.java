package dev.mayfly.objects.protocol;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The put that a form amounts to: the form's fields are its headers, and its length is not known. */
final class FormUpload extends HttpServletRequestWrapper {
    private static final List<String> KEPT =
            List.of("X-Mayfly-Source-Ip", "user-agent", "referer", "origin", "x-forwarded-proto");

    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final InputStream content;

    FormUpload(HttpServletRequest form, Map<String, String> headers, InputStream content) {
        super(form);
        for (String name : KEPT) {
            String value = form.getHeader(name);
            if (value != null) {
                this.headers.put(name, value);
            }
        }
        this.headers.putAll(headers);
        this.content = content;
    }

    @Override
    public @Nullable String getHeader(String name) {
        return headers.get(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        String value = headers.get(name);
        return Collections.enumeration(value == null ? List.of() : List.of(value));
    }

    @Override
    public @Nullable String getContentType() {
        return headers.get("content-type");
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        return Collections.enumeration(headers.keySet());
    }

    @Override
    public long getContentLengthLong() {
        return -1;
    }

    @Override
    public ServletInputStream getInputStream() {
        return new ServletInputStream() {
            @Override
            public boolean isFinished() {
                return false;
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setReadListener(ReadListener listener) {
                throw new UnsupportedOperationException("Forms are read blocking");
            }

            @Override
            public int read() throws IOException {
                return content.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return content.read(into, offset, length);
            }
        };
    }
}
