package dev.mayfly.registry.lambda;

/** What becomes of an operation. */
public sealed interface Support {
    /** Why nothing about code signing works, and what to do. */
    String NO_SIGNING = "Mayfly has no code signing configurations: it trusts who may deploy, not who signed. Leave"
            + " CodeSigningConfigArn out; to allow only checked code, give the role deployer to the pipeline alone.";

    /** Why nothing about capacity providers works, and what to do. */
    String NO_CAPACITY =
            "Mayfly has no capacity providers: functions run on its sandbox hosts and scale by themselves. Leave"
                    + " CapacityProviderConfig out; to keep sandboxes ready, use PutProvisionedConcurrencyConfig.";

    /** Why nothing about durable executions works, and what to do. */
    String NO_DURABLE = "Mayfly has no durable executions. Leave DurableConfig out; for work in steps, invoke functions"
            + " asynchronously and name the next one as their OnSuccess destination.";

    /** @param test the conformance test that calls it with a real client */
    record Supported(String test) implements Support {}

    /** It is not going to be there. */
    record Refused(LambdaError error, String message) implements Support {}

    static Support by(String test) {
        return new Supported(test);
    }

    static Support refused(LambdaError error, String message) {
        return new Refused(error, message);
    }
}
