package dev.mayfly.invoker.http;

import dev.mayfly.contracts.hosting.InvocationOutcome.Start;
import dev.mayfly.contracts.traces.TimeSplit;
import java.util.Locale;

/** The header {@code Server-Timing}: the parts of an invocation in their order, with how its sandbox was had. */
final class ServerTiming {
    private final StringBuilder text = new StringBuilder(256);

    private ServerTiming(TimeSplit split, Start start) {
        part("gateway", split.gateway());
        part("queue", split.queue());
        part("placement", split.placement());
        part("fetch", split.fetch());
        part("start;desc=" + start.name().toLowerCase(Locale.ROOT), split.start());
        part("init", split.init());
    }

    /** All parts, and the total until now. */
    static String whole(TimeSplit split, Start start) {
        return new ServerTiming(split, start)
                .part("handler", split.handler())
                .part("response", split.response())
                .part("total", split.whole())
                .text
                .toString();
    }

    /** What is known while the handler runs. */
    static String untilHandler(TimeSplit split, Start start) {
        return new ServerTiming(split, start).text.toString();
    }

    private ServerTiming part(String name, long micros) {
        if (!text.isEmpty()) {
            text.append(", ");
        }
        text.append(name)
                .append(";dur=")
                .append(micros / 1000)
                .append('.')
                .append(String.valueOf(1000 + micros % 1000), 1, 4);
        return this;
    }
}
