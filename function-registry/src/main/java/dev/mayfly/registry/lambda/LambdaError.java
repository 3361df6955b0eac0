package dev.mayfly.registry.lambda;

/** The errors of the Lambda API that the registry answers: type and HTTP status as AWS documents them. */
public enum LambdaError {
    VALIDATION("ValidationException", 400),
    INVALID_PARAMETER_VALUE("InvalidParameterValueException", 400),
    INVALID_REQUEST_CONTENT("InvalidRequestContentException", 400),
    CODE_STORAGE_EXCEEDED("CodeStorageExceededException", 400),
    POLICY_LENGTH_EXCEEDED("PolicyLengthExceededException", 400),
    ACCESS_DENIED("AccessDeniedException", 403),
    INVALID_SIGNATURE("InvalidSignatureException", 403),
    RESOURCE_NOT_FOUND("ResourceNotFoundException", 404),
    CODE_SIGNING_CONFIG_NOT_FOUND("CodeSigningConfigNotFoundException", 404),
    PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND("ProvisionedConcurrencyConfigNotFoundException", 404),
    UNKNOWN_OPERATION("UnknownOperationException", 404),
    RESOURCE_CONFLICT("ResourceConflictException", 409),
    PRECONDITION_FAILED("PreconditionFailedException", 412),
    REQUEST_ENTITY_TOO_LARGE("RequestEntityTooLargeException", 413),
    TOO_MANY_REQUESTS("TooManyRequestsException", 429),
    SERVICE("ServiceException", 500);

    private final String type;
    private final int status;

    LambdaError(String type, int status) {
        this.type = type;
        this.status = status;
    }

    /** The value of {@code x-amzn-ErrorType}. */
    public String type() {
        return type;
    }

    public int status() {
        return status;
    }

    /** An exception of this type, to be thrown. */
    public LambdaException with(String message) {
        return new LambdaException(this, message);
    }
}
