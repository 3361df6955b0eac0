CREATE TABLE bucket (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text COLLATE "C" NOT NULL UNIQUE,
    account_id text NOT NULL,
    region     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bucket_of_account ON bucket (account_id, name);

-- Keys are bytes: any UTF-8, U+0000 included, in S3's order.
CREATE TABLE object (
    bucket_id    bigint NOT NULL REFERENCES bucket (id),
    key          bytea NOT NULL,
    size         bigint NOT NULL,
    etag         text NOT NULL,
    modified_at  timestamptz NOT NULL,
    attributes   text NOT NULL,
    inline_bytes bytea,
    blob_ids     uuid[],
    blob_offsets bigint[],
    blob_lengths bigint[],
    part_sizes   bigint[],
    upload_id    uuid,
    PRIMARY KEY (bucket_id, key)
);
ALTER TABLE object ALTER COLUMN inline_bytes SET STORAGE EXTERNAL;

CREATE TABLE upload (
    id             uuid PRIMARY KEY,
    bucket_id      bigint NOT NULL REFERENCES bucket (id),
    key            bytea NOT NULL,
    attributes     text NOT NULL,
    checksum       text,
    checksum_type  text,
    initiated_at   timestamptz NOT NULL
);
CREATE INDEX upload_of_key ON upload (bucket_id, key, initiated_at, id);

CREATE TABLE part (
    upload_id    uuid NOT NULL REFERENCES upload (id),
    number       integer NOT NULL,
    size         bigint NOT NULL,
    etag         text NOT NULL,
    checksum     text,
    modified_at  timestamptz NOT NULL,
    blob_ids     uuid[] NOT NULL,
    blob_offsets bigint[] NOT NULL,
    blob_lengths bigint[] NOT NULL,
    PRIMARY KEY (upload_id, number)
);

-- How many objects and parts name a blob; blob_release holds the decrements that the sweep has yet to apply.
CREATE TABLE blob (
    id   uuid PRIMARY KEY,
    size bigint NOT NULL,
    refs bigint NOT NULL DEFAULT 1
);

CREATE TABLE blob_release (
    seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    blob_id uuid NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);

-- One row a change, written by the change's own statement; deleted when Kafka has it.
CREATE TABLE outbox (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    account_id text NOT NULL,
    bucket     text NOT NULL,
    bytes      bigint NOT NULL,
    objects    bigint NOT NULL,
    event      text,
    request_id text NOT NULL,
    key        bytea,
    size       bigint,
    etag       text
);
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
ALTER TABLE blob_release SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
