package dev.mayfly.gateway.refusal;

/** Why a request is refused: status and error type in each protocol, as AWS documents them. */
public enum Refusal {
    NOT_SIGNED(
            new Code(403, "MissingAuthenticationTokenException"),
            new Code(403, "AccessDenied"),
            new Code(403, "MissingAuthenticationToken"),
            401),
    MALFORMED_AUTHORIZATION(
            new Code(400, "IncompleteSignatureException"),
            new Code(400, "AuthorizationHeaderMalformed"),
            new Code(400, "IncompleteSignature"),
            401),
    MALFORMED_PRESIGN(
            new Code(400, "IncompleteSignatureException"),
            new Code(400, "AuthorizationQueryParametersError"),
            new Code(400, "IncompleteSignature"),
            401),
    UNSUPPORTED_ALGORITHM(
            new Code(400, "IncompleteSignatureException"),
            new Code(400, "InvalidRequest"),
            new Code(400, "IncompleteSignature"),
            401),
    TWO_SIGNATURES(
            new Code(400, "IncompleteSignatureException"),
            new Code(400, "InvalidArgument"),
            new Code(400, "IncompleteSignature"),
            400),
    UNKNOWN_KEY(
            new Code(403, "UnrecognizedClientException"),
            new Code(403, "InvalidAccessKeyId"),
            new Code(403, "InvalidClientTokenId"),
            401),
    WRONG_SIGNATURE(
            new Code(403, "InvalidSignatureException"),
            new Code(403, "SignatureDoesNotMatch"),
            new Code(403, "SignatureDoesNotMatch"),
            401),
    SKEWED(
            new Code(403, "InvalidSignatureException"),
            new Code(403, "RequestTimeTooSkewed"),
            new Code(403, "SignatureDoesNotMatch"),
            401),
    PRESIGN_EXPIRED(
            new Code(403, "InvalidSignatureException"),
            new Code(403, "AccessDenied"),
            new Code(403, "SignatureDoesNotMatch"),
            401),
    HEADERS_NOT_SIGNED(
            new Code(403, "InvalidSignatureException"),
            new Code(403, "AccessDenied"),
            new Code(403, "SignatureDoesNotMatch"),
            401),
    WRONG_SCOPE(
            new Code(403, "InvalidSignatureException"),
            new Code(400, "AuthorizationHeaderMalformed"),
            new Code(403, "SignatureDoesNotMatch"),
            401),
    INVALID_TOKEN(
            new Code(403, "UnrecognizedClientException"),
            new Code(400, "InvalidToken"),
            new Code(403, "InvalidClientTokenId"),
            401),
    EXPIRED_TOKEN(
            new Code(403, "ExpiredTokenException"), new Code(400, "ExpiredToken"), new Code(403, "ExpiredToken"), 401),
    NO_CONTENT_HASH(
            new Code(400, "IncompleteSignatureException"),
            new Code(400, "InvalidRequest"),
            new Code(400, "IncompleteSignature"),
            400),
    BAD_CONTENT_HASH(
            new Code(400, "IncompleteSignatureException"),
            new Code(400, "InvalidArgument"),
            new Code(400, "IncompleteSignature"),
            400),
    BAD_TARGET(
            new Code(400, "InvalidRequestContentException"),
            new Code(400, "InvalidURI"),
            new Code(400, "MalformedQueryString"),
            400),
    UNKNOWN_OPERATION(
            new Code(404, "UnknownOperationException"),
            new Code(405, "MethodNotAllowed"),
            new Code(400, "InvalidAction"),
            404),
    TOO_LARGE(
            new Code(413, "RequestTooLargeException"),
            new Code(400, "EntityTooLarge"),
            new Code(413, "RequestEntityTooLarge"),
            413),
    BUSY(new Code(429, "TooManyRequestsException"), new Code(503, "SlowDown"), new Code(400, "Throttling"), 429),
    UNAVAILABLE(
            new Code(503, "ServiceUnavailableException"),
            new Code(503, "ServiceUnavailable"),
            new Code(503, "ServiceUnavailable"),
            503),
    CUT_OFF(new Code(502, "ServiceException"), new Code(500, "InternalError"), new Code(500, "InternalFailure"), 502),
    FAULT(new Code(500, "ServiceException"), new Code(500, "InternalError"), new Code(500, "InternalFailure"), 500);

    /** @param status HTTP status */
    record Code(int status, String type) {}

    private final Code lambda;
    private final Code s3;
    private final Code sts;
    private final int ownStatus;

    Refusal(Code lambda, Code s3, Code sts, int ownStatus) {
        this.lambda = lambda;
        this.s3 = s3;
        this.sts = sts;
        this.ownStatus = ownStatus;
    }

    Code in(Dialect dialect) {
        return switch (dialect) {
            case LAMBDA -> lambda;
            case S3 -> s3;
            case STS -> sts;
            // AWS's JSON protocol has the same errors as Lambda, all of the client's with status 400.
            case LOGS -> new Code(lambda.status() < 500 ? 400 : lambda.status(), lambda.type());
            case V1 -> new Code(ownStatus, "about:blank");
        };
    }
}
