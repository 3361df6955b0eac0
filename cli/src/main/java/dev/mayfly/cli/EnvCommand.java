package dev.mayfly.cli;

import dev.mayfly.standalone.home.Credentials;
import dev.mayfly.standalone.home.SuiteState;
import java.io.IOException;
import picocli.CommandLine.Command;

@Command(
        name = "env",
        description = {
            "Prints what points the aws cli and every AWS SDK at this suite, for bash, zsh and sh:",
            "  eval \"$(./mayfly env)\""
        },
        mixinStandardHelpOptions = true)
final class EnvCommand implements SuiteCommand {
    private final Context context;

    EnvCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        SuiteState state = context.needRunning();
        Credentials credentials = Credentials.load(context.home())
                .orElseThrow(() -> new CommandFailure(
                        Exit.FAILURE,
                        context.home().credentialsFile()
                                + " is missing. Make it again with: ./mayfly down && ./mayfly up"));
        export("AWS_ENDPOINT_URL", state.endpoint());
        export("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
        export("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
        export("AWS_REGION", state.region());
        export("AWS_DEFAULT_REGION", state.region());
        // A token of another cloud would be sent along and refused.
        context.console().say("unset AWS_SESSION_TOKEN AWS_PROFILE");
        return Exit.OK;
    }

    private void export(String name, String value) {
        context.console().say("export " + name + "=" + quoted(value));
    }

    /** As one word of a POSIX shell. */
    static String quoted(String value) {
        return value.matches("[A-Za-z0-9_./:=@%+-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
    }
}
