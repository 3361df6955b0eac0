package dev.mayfly.registry.code;

import dev.mayfly.contracts.events.Json;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.LambdaError;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Links by which a function's zip can be fetched for a while without credentials: GetFunction's {@code Code.Location}. */
@RestController
public class CodeLinks {
    private static final String CONTEXT = "code-link";

    private final Sealer sealer;
    private final CodeStore store;
    private final RegistryProperties properties;
    private final Clock clock;

    CodeLinks(Sealer sealer, CodeStore store, RegistryProperties properties, Clock clock) {
        this.sealer = sealer;
        this.store = store;
        this.properties = properties;
        this.clock = clock;
    }

    private record Link(String sha256, Instant expiresAt) {}

    /** An absolute URL through the gateway. */
    public String to(String sha256) {
        var link =
                new Link(sha256, clock.instant().plus(properties.codeKeeping().link()));
        return properties
                .services()
                .gateway()
                .resolve("/_code/" + sealer.seal(Json.bytes(link), CONTEXT))
                .toString();
    }

    @GetMapping("/_code/{token}")
    void fetch(@PathVariable String token, HttpServletResponse response) throws IOException {
        Link link;
        try {
            link = Json.read(sealer.open(token, CONTEXT), Link.class);
        } catch (InvalidSealException e) {
            throw LambdaError.ACCESS_DENIED.with("This is no link to function code. Ask GetFunction for one.");
        }
        if (clock.instant().isAfter(link.expiresAt())) {
            throw LambdaError.ACCESS_DENIED.with("Request has expired. Ask GetFunction for a new link.");
        }
        var zip = store.open(link.sha256());
        if (zip == null) {
            throw LambdaError.RESOURCE_NOT_FOUND.with("The code is gone: its function was deleted or updated.");
        }
        response.setContentType("application/zip");
        zip.headers().firstValueAsLong("content-length").ifPresent(response::setContentLengthLong);
        try (InputStream in = zip.body()) {
            in.transferTo(response.getOutputStream());
        }
    }
}
