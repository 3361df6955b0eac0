package dev.mayfly.cli;

import java.io.PrintWriter;
import java.util.Map;

/**
 * What a person sees. Colours and lines that change appear only on a terminal, and no colours when {@code NO_COLOR} is
 * set.
 *
 * @param terminal whether what is written is watched
 * @param colours whether colours may be used
 */
record Console(PrintWriter out, PrintWriter err, boolean terminal, boolean colours) {
    private static final String CLEAR_LINE = "\r\u001b[2K";

    static Console of(PrintWriter out, PrintWriter err, Map<String, String> environment, boolean terminal) {
        String noColor = environment.get("NO_COLOR");
        boolean dumb = "dumb".equals(environment.get("TERM"));
        return new Console(out, err, terminal && !dumb, terminal && !dumb && (noColor == null || noColor.isEmpty()));
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    /** For people, not for what reads the output. */
    void note(String line) {
        err.println(line);
        err.flush();
    }

    /** Replaces the line that tells how far something is; nothing where nobody watches. */
    void progress(String line) {
        if (terminal) {
            err.print(CLEAR_LINE + line);
            err.flush();
        }
    }

    void progressDone() {
        progress("");
    }

    String good(String text) {
        return coloured("32", text);
    }

    String bad(String text) {
        return coloured("31", text);
    }

    String dim(String text) {
        return coloured("2", text);
    }

    String strong(String text) {
        return coloured("1", text);
    }

    private String coloured(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
