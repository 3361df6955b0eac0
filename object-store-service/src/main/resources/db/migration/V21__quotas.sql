-- What an account may use; '*' stands for all accounts that have no row. Null: as much as it likes.
CREATE TABLE quota (
    account_id text PRIMARY KEY,
    bytes      bigint,
    objects    bigint,
    requests   integer
);

-- What an account stores, but for the changes that the outbox still has.
CREATE TABLE stored (
    account_id text PRIMARY KEY,
    bytes      bigint NOT NULL,
    objects    bigint NOT NULL
);
INSERT INTO stored
SELECT account_id, sum(bytes), sum(objects) FROM (
    SELECT b.account_id, o.size AS bytes, 1 AS objects FROM bucket b JOIN object o ON o.bucket_id = b.id
    UNION ALL
    SELECT b.account_id, v.size, 1 FROM bucket b JOIN version v ON v.bucket_id = b.id WHERE NOT v.marker
    UNION ALL
    SELECT b.account_id, p.size, 0 FROM bucket b JOIN upload u ON u.bucket_id = b.id JOIN part p ON p.upload_id = u.id
    UNION ALL
    SELECT account_id, -bytes, -objects FROM outbox WHERE strpos(bucket, '/') = 0
) AS each GROUP BY account_id;

-- The same to the last change, for accounts with a quota of bytes or objects. Made by their next change.
CREATE TABLE quota_use (
    account_id text PRIMARY KEY,
    bytes      bigint NOT NULL,
    objects    bigint NOT NULL
);

-- Volumes and stores of keys are in the outbox as 'volume/...' and 'kv/...' and have limits of their own.
CREATE FUNCTION stored_now(account text) RETURNS TABLE (bytes bigint, objects bigint) LANGUAGE sql AS $$
    SELECT sum(bytes)::bigint, sum(objects)::bigint FROM (
        SELECT 0 AS bytes, 0 AS objects
        UNION ALL
        SELECT bytes, objects FROM stored WHERE account_id = account
        UNION ALL
        SELECT bytes, objects FROM outbox WHERE account_id = account AND strpos(bucket, '/') = 0
    ) AS each
$$;

-- Runs when a statement has changed all that it changes, so an account's row is the last that a change waits for.
CREATE FUNCTION hold_quota() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change record;
    most record;
    held record;
BEGIN
    IF NOT EXISTS (SELECT FROM quota WHERE bytes IS NOT NULL OR objects IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    FOR change IN
        SELECT account_id, sum(c.bytes)::bigint AS bytes, sum(c.objects)::bigint AS objects
        FROM changes c WHERE strpos(bucket, '/') = 0 GROUP BY account_id
    LOOP
        SELECT q.bytes, q.objects INTO most FROM quota q
        WHERE account_id IN (change.account_id, '*') ORDER BY account_id = '*' LIMIT 1;
        CONTINUE WHEN most.bytes IS NULL AND most.objects IS NULL;
        UPDATE quota_use u SET bytes = u.bytes + change.bytes, objects = u.objects + change.objects
        WHERE account_id = change.account_id RETURNING u.bytes, u.objects INTO held;
        IF NOT FOUND THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(change.account_id, 21));
            UPDATE quota_use u SET bytes = u.bytes + change.bytes, objects = u.objects + change.objects
            WHERE account_id = change.account_id RETURNING u.bytes, u.objects INTO held;
            IF NOT FOUND THEN
                INSERT INTO quota_use AS u SELECT change.account_id, s.bytes, s.objects
                FROM stored_now(change.account_id) s RETURNING u.bytes, u.objects INTO held;
            END IF;
        END IF;
        IF change.bytes > 0 AND held.bytes > most.bytes THEN
            RAISE EXCEPTION 'quota of bytes' USING ERRCODE = 'MFQ01';
        END IF;
        IF change.objects > 0 AND held.objects > most.objects THEN
            RAISE EXCEPTION 'quota of objects' USING ERRCODE = 'MFQ02';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER outbox_quota AFTER INSERT ON outbox REFERENCING NEW TABLE AS changes
    FOR EACH STATEMENT EXECUTE FUNCTION hold_quota();
