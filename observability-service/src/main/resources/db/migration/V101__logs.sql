-- One row for each log event of a function. The number is its place in the order of arrival: who follows asks for what came
-- after the last number seen, which misses nothing, whatever the clocks of hosts say.
CREATE SEQUENCE log_line_number CACHE 1;

CREATE TABLE log_line (
    line        bigint NOT NULL DEFAULT nextval('log_line_number'),
    account_id  text COLLATE "C" NOT NULL,
    log_group   text COLLATE "C" NOT NULL,
    stream      text COLLATE "C" NOT NULL,
    function    text COLLATE "C" NOT NULL,
    version     text COLLATE "C" NOT NULL,
    request_id  text COLLATE "C",
    time        timestamptz NOT NULL,
    ingested_at timestamptz NOT NULL,
    message     text NOT NULL
) PARTITION BY RANGE (time);

CREATE INDEX log_line_by_time ON log_line (account_id, log_group, time, line);
CREATE INDEX log_line_by_arrival ON log_line (account_id, log_group, line);

CREATE TABLE log_stream (
    account_id    text COLLATE "C" NOT NULL,
    log_group     text COLLATE "C" NOT NULL,
    stream        text COLLATE "C" NOT NULL,
    function      text COLLATE "C" NOT NULL,
    created_at    timestamptz NOT NULL,
    first_time    timestamptz NOT NULL,
    last_time     timestamptz NOT NULL,
    last_ingested timestamptz NOT NULL,
    stored_bytes  bigint NOT NULL,
    PRIMARY KEY (account_id, log_group, stream)
);

CREATE INDEX log_stream_by_time ON log_stream (account_id, log_group, last_time, stream);
CREATE INDEX log_stream_by_function ON log_stream (account_id, function, log_group);
