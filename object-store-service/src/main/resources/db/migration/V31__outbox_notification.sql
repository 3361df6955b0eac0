-- Whichever statement makes a change, its row takes along what the bucket's owner wants told of it at that moment.
CREATE FUNCTION outbox_notification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT s.document INTO NEW.notification
    FROM bucket b JOIN bucket_setting s ON s.bucket_id = b.id AND s.name = 'notification'
    WHERE b.name = NEW.bucket;
    RETURN NEW;
END $$;

CREATE TRIGGER outbox_notification BEFORE INSERT ON outbox
    FOR EACH ROW WHEN (NEW.event IS NOT NULL) EXECUTE FUNCTION outbox_notification();
