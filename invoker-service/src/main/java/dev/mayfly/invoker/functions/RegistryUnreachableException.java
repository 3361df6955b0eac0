package dev.mayfly.invoker.functions;

import org.jspecify.annotations.Nullable;

/** The registry could not be asked about what is not known here. */
public final class RegistryUnreachableException extends Exception {
    private static final long serialVersionUID = 1L;

    RegistryUnreachableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
