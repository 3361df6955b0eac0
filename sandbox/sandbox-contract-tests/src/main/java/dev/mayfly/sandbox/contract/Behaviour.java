package dev.mayfly.sandbox.contract;

/**
 * What a guest program of the contract does. Events and answers are JSON; where a program takes an argument it is a JSON
 * string or number and nothing more, so that guests in any language stay small.
 */
public enum Behaviour {
    /** Answers the event, byte for byte or as equal JSON. */
    ECHO,
    /** Answers how many invocations this process has seen: 1, 2, ... */
    COUNT,
    /** Fails with the message {@code boom}, the way its language does it. */
    FAIL,
    /** Ends its process with status 3. */
    EXIT,
    /** Never answers, busy. */
    LOOP,
    /** Takes memory, and touches it, until something stops it. */
    ALLOCATE,
    /**
     * Writes as many bytes to its log as the event, a number, says, in lines of 1,000, or without line breaks
     * when it is negative; then answers {@code "done"}.
     */
    FLOOD,
    /** Writes the lines {@code to stdout} and {@code to stderr} to its log (those that it has), and answers {@code null}. */
    LOG,
    /** Answers a string of as many characters as the event, a number, says. */
    SIZED_ANSWER,
    /**
     * Streams its answer as {@code text/x-pieces}: {@code {pieces, size, fail, endless}} is how many pieces of how many
     * letters {@code x}, whether it fails after them, and whether it never stops.
     */
    STREAM,
    /** Answers something that is not JSON, or cannot be made JSON. */
    NOT_JSON,
    /** Answers its environment as an object of strings. */
    ENVIRONMENT,
    /**
     * Answers {@code {requestId, deadlineMs, functionArn, traceId}} of the invocation; where the guest can, also {@code
     * clientContext} and {@code identity}, null when absent, and {@code headers}, those of the Runtime API.
     */
    CONTEXT,
    /**
     * Answers {@code {startOnly, hour}}: whether {@code NODE_OPTIONS=--stack-trace-limit=7} or {@code PYTHONOPTIMIZE=1} took
     * effect, and which hour of the day the epoch began at in its time zone.
     */
    PROCESS,
    /** Answers {@code {kernel, runtime, library, millis}}: three random values by their source, and the clock. */
    ENTROPY,
    /** Sleeps as many ms as the event says; then answers {@code "late"}. */
    LATE,
    /** Takes as many MiB as the event says and keeps them. */
    KEEP,
    /** Counts in the background every 5 ms, from the first invocation on; answers the count. */
    TICK,
    /** Writes as many MiB as the event, a number, says to one file in {@code /tmp}; answers {@code "ok"} or {@code "no ERROR"}. */
    FILL_TMP,
    /** Makes empty files in {@code /tmp} until refused, at most 2,000,000; answers how many. */
    FILL_INODES,
    /** Starts processes that stay, until refused, at most 20,000; answers how many. */
    SPAWN,
    /** Starts processes that do the same, for ever; never answers. */
    FORK_BOMB,
    /**
     * Starts a process in a session of its own that ignores what ends processes and closes what it was given; then answers
     * {@code "started"}, or never when the event is {@code "loop"}.
     */
    DAEMON,
    /** Opens files until refused, at most 100,000; answers how many. */
    OPEN_FILES,
    /** Throws while its module loads. */
    INIT_FAILS,
    /** Ends its process with status 4 while its module loads. */
    INIT_EXITS,
    /** Never finishes loading. */
    INIT_HANGS,
    /** Names a handler that its module does not have. */
    NO_HANDLER,
    /** Names a module that its code does not have. */
    NO_MODULE,
    /** Does not parse. */
    SYNTAX_ERROR,
    /**
     * Searches files, processes, memory and environment for the text that is the event's reverse; answers a list of the places
     * where it was.
     */
    HUNT,
    /**
     * Makes the system call that the event {@code {name, arguments}} says, where {@code "buffer"} is 256 zeros; answers {@code
     * "ok RESULT"}, {@code "no ERRNO"} or {@code "no such call"}.
     */
    SYSTEM_CALL,
    /**
     * Writes frames to the runtime's own stream: {@code {frames: [{type, id, body} or {raw}], times, forever, close,
     * answer}}, where the id {@code own} is the invocation's and {@code raw} is Base64; then closes the stream and hangs, or
     * answers {@code answer}, by default to how many streams it wrote.
     */
    FRAMES,
    /**
     * Sends each of {@code {requests: [{send, then, times, leave, patience}], die, answer}} to the HTTP Runtime API on a connection
     * of its own: {@code send}, in which <code>{id}</code> is the invocation's, and {@code then} more bytes. Reads what
     * comes back, or leaves the connection {@code open}, or resets it. Logs {@code said} and the list of what came back; then
     * ends with status 5, or answers {@code answer}, by default {@code "done"}.
     */
    RUNTIME_API,
    /**
     * Tries what the event, a string, says and answers {@code "ok DETAIL"}, {@code "no ERROR"}, or {@code "no UNSUPPORTED"} for
     * what the guest cannot express: {@code read PATH}, {@code list PATH}, {@code write PATH} (creates the file and removes
     * it again), {@code modify PATH TEXT}, {@code link TARGET PATH}, {@code connect HOST PORT} (TCP), {@code connect-unix PATH}
     * ({@code @} for an abstract one), {@code get VARIABLE} (HTTP, of the address in a variable; detail is the body), {@code
     * keep TEXT} (in memory and in {@code /tmp/kept}), {@code kill-all} (every process that it can, but itself), {@code ids},
     * {@code setuid}, {@code run PROGRAM...} (detail is status and output), {@code mknod PATH}, {@code socket FAMILY TYPE},
     * {@code descriptors} (what it was given open).
     */
    PROBE
}
