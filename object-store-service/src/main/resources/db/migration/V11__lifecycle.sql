-- How far a round over a bucket with a lifecycle has come; rounds begin at round_at.
CREATE TABLE lifecycle_round (
    bucket_id bigint PRIMARY KEY REFERENCES bucket (id) ON DELETE CASCADE,
    after     bytea NOT NULL,
    round_at  timestamptz NOT NULL
);
