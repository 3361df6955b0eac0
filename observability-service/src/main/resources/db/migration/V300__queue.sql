-- Queued events, from their acceptance until some time after their end. The payload stays where it is: on Kafka.
CREATE TABLE queue_event (
    request_id     text COLLATE "C" PRIMARY KEY,
    account_id     text COLLATE "C" NOT NULL,
    function_name  text COLLATE "C" NOT NULL,
    qualifier      text COLLATE "C" NOT NULL,
    state          text COLLATE "C" NOT NULL
        CHECK (state IN ('waiting', 'delayed', 'paused', 'running', 'succeeded', 'dead', 'cancelled')),
    -- Grows with everything that happens to the event, so that news that come late change nothing.
    progress       bigint NOT NULL,
    attempt        integer NOT NULL,
    accepted_at    timestamptz NOT NULL,
    due_at         timestamptz,
    changed_at     timestamptz NOT NULL,
    reason         text,
    detail         text,
    place_partition integer,
    place_offset   bigint,
    cancel_ordered boolean NOT NULL DEFAULT false
);

CREATE INDEX queue_event_of_function ON queue_event (account_id, function_name, accepted_at, request_id);
CREATE INDEX queue_event_live ON queue_event (account_id, function_name, state)
    WHERE state IN ('waiting', 'delayed', 'paused', 'running');
CREATE INDEX queue_event_by_change ON queue_event (changed_at);

-- What was given up, whole, so that it can be replayed.
CREATE TABLE dead_letter (
    request_id     text COLLATE "C" PRIMARY KEY,
    account_id     text COLLATE "C" NOT NULL,
    function_name  text COLLATE "C" NOT NULL,
    qualifier      text COLLATE "C" NOT NULL,
    function_arn   text NOT NULL,
    trace_id       text,
    client_context text,
    attempt        integer NOT NULL,
    accepted_at    timestamptz NOT NULL,
    died_at        timestamptz NOT NULL,
    reason         text NOT NULL,
    detail         text,
    -- Set when this is a record that did not reach its destination.
    target         text,
    about          text,
    error_code     text,
    error_message  text,
    payload        bytea NOT NULL
);

CREATE INDEX dead_letter_of_function ON dead_letter (account_id, function_name, died_at, request_id);
CREATE INDEX dead_letter_by_death ON dead_letter (died_at);
