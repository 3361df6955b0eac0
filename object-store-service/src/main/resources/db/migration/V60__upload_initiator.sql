-- The account that began an upload; of those before, the bucket's.
ALTER TABLE upload ADD COLUMN initiator text;
UPDATE upload u SET initiator = b.account_id FROM bucket b WHERE b.id = u.bucket_id;
ALTER TABLE upload ALTER COLUMN initiator SET NOT NULL;
