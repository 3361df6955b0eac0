package dev.mayfly.observability.logs;

/** An error of the CloudWatch Logs API: status 400 but for what is ours. */
final class CloudWatchRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;

    CloudWatchRefusal(int status, String type, String message) {
        super(message);
        this.status = status;
        this.type = type;
    }

    static CloudWatchRefusal invalid(String message) {
        return new CloudWatchRefusal(400, "InvalidParameterException", message);
    }

    static CloudWatchRefusal notFound(String what) {
        return new CloudWatchRefusal(400, "ResourceNotFoundException", "The specified " + what + " does not exist.");
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }
}
