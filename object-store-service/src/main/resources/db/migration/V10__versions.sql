-- Null: versioning was never enabled. Once it was, the bucket is Enabled or Suspended for good.
ALTER TABLE bucket ADD COLUMN versioning text;
ALTER TABLE bucket ADD COLUMN object_lock boolean NOT NULL DEFAULT false;

-- Of a key's versions the one with the highest seq is the newest. The version id is seq and nonce; the null version has no nonce.
ALTER TABLE object ADD COLUMN seq bigint NOT NULL DEFAULT 0;
ALTER TABLE object ADD COLUMN nonce bigint;

-- Versions that are not current, and all delete markers. A key whose newest version is a marker has no row in object.
CREATE TABLE version (
    bucket_id     bigint NOT NULL REFERENCES bucket (id),
    key           bytea NOT NULL,
    seq           bigint NOT NULL,
    nonce         bigint,
    marker        boolean NOT NULL DEFAULT false,
    size          bigint NOT NULL DEFAULT 0,
    etag          text NOT NULL DEFAULT '',
    modified_at   timestamptz NOT NULL,
    attributes    text NOT NULL DEFAULT '{}',
    inline_bytes  bytea,
    blob_ids      uuid[],
    blob_offsets  bigint[],
    blob_lengths  bigint[],
    part_sizes    bigint[],
    upload_id     uuid,
    noncurrent_at timestamptz
);
ALTER TABLE version ALTER COLUMN inline_bytes SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX version_order ON version (bucket_id, key, seq DESC);
CREATE UNIQUE INDEX version_null ON version (bucket_id, key) WHERE nonce IS NULL;

ALTER TABLE outbox ADD COLUMN version_id text;
