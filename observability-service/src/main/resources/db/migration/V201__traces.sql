-- One row for each attempt at an invocation. Times of the split are in microseconds.
CREATE TABLE invocation_trace (
    account_id    text COLLATE "C" NOT NULL,
    function      text COLLATE "C" NOT NULL,
    version       text COLLATE "C" NOT NULL,
    request_id    text COLLATE "C" NOT NULL,
    attempt       integer NOT NULL,
    tier          text COLLATE "C" NOT NULL,
    async         boolean NOT NULL,
    received_at   timestamptz NOT NULL,
    start         text COLLATE "C",
    status        text COLLATE "C" NOT NULL,
    error_type    text COLLATE "C",
    billed_millis bigint NOT NULL,
    gateway       bigint NOT NULL,
    queue         bigint NOT NULL,
    placement     bigint NOT NULL,
    fetching      bigint NOT NULL,
    starting      bigint NOT NULL,
    init          bigint NOT NULL,
    handler       bigint NOT NULL,
    response      bigint NOT NULL,
    host          text COLLATE "C",
    sandbox       text COLLATE "C",
    trace_id      text COLLATE "C",
    traceparent   text COLLATE "C"
) PARTITION BY RANGE (received_at);

CREATE INDEX invocation_trace_by_request ON invocation_trace (request_id, account_id);
CREATE INDEX invocation_trace_by_function ON invocation_trace (account_id, function, received_at, request_id);
