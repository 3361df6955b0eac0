-- origin: who made the change (JSON). notification: what the bucket's owner wants told of it, as it was set at that moment.
ALTER TABLE outbox ADD COLUMN origin text, ADD COLUMN notification text;
