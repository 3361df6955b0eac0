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
    /** Writes as many bytes to its log as the event, a number, says, in lines of 1,000; then answers {@code "done"}. */
    FLOOD,
    /** Writes the lines {@code to stdout} and {@code to stderr} to its log (those that it has), and answers {@code null}. */
    LOG,
    /** Answers a string of as many characters as the event, a number, says. */
    SIZED_ANSWER,
    /** Answers something that is not JSON, or cannot be made JSON. */
    NOT_JSON,
    /** Answers its environment as an object of strings. */
    ENVIRONMENT,
    /** Answers {@code {requestId, deadlineMs, functionArn, traceId}} of the invocation. */
    CONTEXT,
    /** Writes as many MiB as the event, a number, says to one file in {@code /tmp}; answers {@code "ok"} or {@code "no ERROR"}. */
    FILL_TMP,
    /** Makes empty files in {@code /tmp} until refused, at most 2,000,000; answers how many. */
    FILL_INODES,
    /** Starts processes that stay, until refused, at most 20,000; answers how many. */
    SPAWN,
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
     * Tries what the event, a string, says and answers {@code "ok DETAIL"} or {@code "no ERROR"}: {@code read PATH}, {@code
     * list PATH}, {@code write PATH}, {@code connect HOST PORT} (TCP), and where the guest can, {@code get URL} (HTTP; detail
     * is the body). {@code write} creates the file and removes it again.
     */
    PROBE
}
