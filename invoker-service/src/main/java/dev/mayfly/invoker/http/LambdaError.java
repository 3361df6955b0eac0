package dev.mayfly.invoker.http;

/** The errors of the Invoke operation, with the status that AWS documents for each. */
enum LambdaError {
    ACCESS_DENIED("AccessDeniedException", 403, "User"),
    INVALID_PARAMETER("InvalidParameterValueException", 400, "User"),
    INVALID_REQUEST_CONTENT("InvalidRequestContentException", 400, "User"),
    INVALID_SIGNATURE("InvalidSignatureException", 403, "User"),
    METHOD_NOT_ALLOWED("MethodNotAllowedException", 405, "User"),
    /** AWS throws {@code ResourceNotReadyException} only for network interfaces; a state conflict is this. */
    RESOURCE_CONFLICT("ResourceConflictException", 409, "User"),
    RECURSIVE_INVOCATION("RecursiveInvocationException", 400, "User"),
    RESOURCE_NOT_FOUND("ResourceNotFoundException", 404, "User"),
    REQUEST_TOO_LARGE("RequestTooLargeException", 413, "User"),
    SERVICE("ServiceException", 500, "Service"),
    /** The same error where nothing has begun: SDKs try again on either. */
    SERVICE_UNAVAILABLE("ServiceException", 503, "Service"),
    TOO_MANY_REQUESTS("TooManyRequestsException", 429, "User"),
    UNKNOWN_OPERATION("UnknownOperationException", 404, "User"),
    VALIDATION("ValidationException", 400, "User");

    private final String type;
    private final int status;
    private final String fault;

    LambdaError(String type, int status, String fault) {
        this.type = type;
        this.status = status;
        this.fault = fault;
    }

    /** AWS's name. */
    String type() {
        return type;
    }

    /** HTTP status. */
    int status() {
        return status;
    }

    /** Whose fault it is: {@code User} or {@code Service}. */
    String fault() {
        return fault;
    }
}
