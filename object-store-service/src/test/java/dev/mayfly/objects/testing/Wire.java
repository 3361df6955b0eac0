package dev.mayfly.objects.testing;

import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.Voucher;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A connection to a store, for requests that no HTTP client would send, or would send otherwise. */
public final class Wire implements AutoCloseable {
    private final RunningStore store;
    private final Socket socket;

    public Wire(RunningStore store) throws IOException {
        this.store = store;
        this.socket = new Socket("127.0.0.1", store.port());
    }

    /** @param headers each with its line's end */
    public void head(String method, String target, String headers) throws IOException {
        String voucher = store.voucher(RunningStore.ALICE, Role.OWNER, target, RunningStore.unsigned());
        send((method + " /s3 HTTP/1.1\r\nHost: x\r\n" + Voucher.HEADER + ": " + voucher + "\r\n" + headers + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** Announces so many bytes, and sends one half. */
    public void half(String target, int size) throws IOException {
        head("PUT", target, "Content-Length: " + size + "\r\n");
        send(new byte[size / 2]);
    }

    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Says that nothing more is sent. */
    public void end() throws IOException {
        socket.shutdownOutput();
    }

    public void patience(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    public byte[] read(int bytes) throws IOException {
        return socket.getInputStream().readNBytes(bytes);
    }

    /** What has come within the time limit, up to the end of an error's document. */
    public String answer() throws IOException {
        var text = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        try {
            int count = in.read(buffer);
            while (count >= 0) {
                text.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
                count = text.indexOf("</Error>") > 0 ? -1 : in.read(buffer);
            }
        } catch (SocketTimeoutException e) {
            return text.toString();
        }
        return text.toString();
    }

    /** Whether the store closes the connection within the time limit, when all that came was read. */
    public boolean isHungUp() {
        try {
            InputStream in = socket.getInputStream();
            int count = in.read();
            while (count >= 0) {
                count = in.read();
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
