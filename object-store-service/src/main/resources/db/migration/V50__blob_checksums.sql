-- CRC-32C of each 64 KiB block of a blob, four bytes each, big-endian; null for blobs older than this, until the scrub has read them.
ALTER TABLE blob ADD COLUMN checksums bytea;
ALTER TABLE blob ALTER COLUMN checksums SET STORAGE EXTERNAL;
-- Blobs whose bytes are not those that were written.
CREATE TABLE blob_damage (
    blob_id  uuid PRIMARY KEY REFERENCES blob (id) ON DELETE CASCADE,
    found_at timestamptz NOT NULL DEFAULT now(),
    damage   text NOT NULL
);
-- One row: how far the scrub is, and who scrubs until when.
CREATE TABLE scrub (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    after      uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    round_at   timestamptz NOT NULL DEFAULT now(),
    holder     uuid,
    held_until timestamptz NOT NULL DEFAULT now()
);
INSERT INTO scrub DEFAULT VALUES;
