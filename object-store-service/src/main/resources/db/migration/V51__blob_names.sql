-- Everything that names a blob, once for each time that it does.
CREATE VIEW blob_name AS
SELECT bucket_id, key, unnest(blob_ids) AS blob_id FROM object
UNION ALL
SELECT bucket_id, key, unnest(blob_ids) FROM version
UNION ALL
SELECT u.bucket_id, u.key, unnest(p.blob_ids) FROM part p JOIN upload u ON u.id = p.upload_id;
