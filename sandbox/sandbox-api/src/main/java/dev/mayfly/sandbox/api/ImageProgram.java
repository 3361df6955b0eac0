package dev.mayfly.sandbox.api;

import java.util.List;
import java.util.Map;

/**
 * The program of an image, which speaks the Lambda Runtime API over HTTP.
 *
 * @param command entry point and arguments
 * @param workingDirectory an absolute path in the image
 * @param environment the image's own variables; those of the function come over them
 */
public record ImageProgram(List<String> command, String workingDirectory, Map<String, String> environment) {
    public ImageProgram {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
