package dev.mayfly.gateway.door;

import java.io.IOException;

/** A service accepted a request and said nothing for longer than is waited. */
final class ServiceSilentException extends IOException {
    private static final long serialVersionUID = 1L;

    ServiceSilentException(Throwable cause) {
        super("no answer in time", cause);
    }
}
