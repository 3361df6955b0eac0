-- How far each projection has read, committed together with what it wrote. The topic's id is part of the key: a topic
-- that was made anew counts its offsets from zero again.
CREATE TABLE consumed_offset (
    projection  text COLLATE "C" NOT NULL,
    topic_id    text COLLATE "C" NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, topic_id, partition)
);
