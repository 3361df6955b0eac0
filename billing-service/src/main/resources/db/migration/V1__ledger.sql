-- One line for each usage event. A line is written once and never changed.
CREATE TABLE ledger_line (
    event_id          text COLLATE "C" PRIMARY KEY,
    line              bigint GENERATED ALWAYS AS IDENTITY,
    account_id        text COLLATE "C" NOT NULL CHECK (account_id ~ '^[0-9]{12}$'),
    kind              text COLLATE "C" NOT NULL CHECK (kind IN ('invocation', 'object-request', 'storage-change')),
    resource          text COLLATE "C" NOT NULL,
    time              timestamptz NOT NULL,
    recorded_at       timestamptz NOT NULL DEFAULT now(),

    -- invocation
    version           text COLLATE "C",
    request_id        text COLLATE "C",
    attempt           integer,
    tier              text COLLATE "C",
    memory_mb         integer,
    billed_millis     bigint,
    init_millis       bigint,
    cpu_micros        bigint,
    peak_memory_bytes bigint,
    start             text COLLATE "C",
    status            text COLLATE "C",

    -- object-request
    operation         text COLLATE "C",
    request_class     text COLLATE "C",
    http_status       integer,

    -- invocation, object-request
    bytes_in          bigint,
    bytes_out         bigint,

    -- storage-change
    storage_bytes     bigint,
    storage_objects   bigint,

    CHECK (kind <> 'invocation' OR (tier IS NOT NULL AND status IS NOT NULL AND start IS NOT NULL
        AND memory_mb > 0 AND billed_millis >= 0 AND bytes_in >= 0 AND bytes_out >= 0)),
    CHECK (kind <> 'object-request' OR (operation IS NOT NULL AND request_class IS NOT NULL
        AND http_status IS NOT NULL AND bytes_in >= 0 AND bytes_out >= 0)),
    CHECK (kind <> 'storage-change' OR (storage_bytes IS NOT NULL AND storage_objects IS NOT NULL))
);

CREATE INDEX ledger_line_by_time ON ledger_line (account_id, time, line);

-- The balance before an interval is a sum over all changes before it.
CREATE INDEX ledger_line_storage ON ledger_line (account_id, resource, time) INCLUDE (storage_bytes)
    WHERE kind = 'storage-change';

CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- How far the ledger has read, committed together with the lines. The topic's id is part of the key: a topic
-- that was made anew counts its offsets from zero again.
CREATE TABLE consumed_offset (
    topic_id    text COLLATE "C" NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic_id, partition)
);
