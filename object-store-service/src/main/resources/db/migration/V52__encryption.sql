-- The key of a blob's bytes, sealed by that of an account or, where sealed_by is null, by a customer's, which is not kept.
ALTER TABLE blob ADD COLUMN sealed_key text;
ALTER TABLE blob ADD COLUMN sealed_by text;
-- Keys of accounts, sealed by the installation's.
CREATE TABLE account_key (
    account_id text PRIMARY KEY,
    sealed     text NOT NULL
);
