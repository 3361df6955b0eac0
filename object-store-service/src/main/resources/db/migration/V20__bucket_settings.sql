ALTER TABLE bucket ADD COLUMN settings_revision bigint NOT NULL DEFAULT 0;

-- What a bucket's owner has configured: one document a feature. Each change raises bucket.settings_revision.
CREATE TABLE bucket_setting (
    bucket_id bigint NOT NULL REFERENCES bucket (id) ON DELETE CASCADE,
    name      text NOT NULL,
    document  text NOT NULL,
    PRIMARY KEY (bucket_id, name)
);
