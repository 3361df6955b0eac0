-- Folders that functions share. Their bytes lie on hosts; here is what is known of them.
CREATE TABLE volume (
    account_id  text        NOT NULL,
    name        text        NOT NULL COLLATE "C",
    -- Null: the default.
    quota       bigint,
    bytes       bigint      NOT NULL DEFAULT 0,
    files       bigint      NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    measured_at timestamptz,
    deleted     boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (account_id, name)
);

-- Hosts whose sandboxes have one mounted, as of their last report.
CREATE TABLE volume_use (
    account_id text        NOT NULL,
    name       text        NOT NULL COLLATE "C",
    host_id    text        NOT NULL,
    sandboxes  integer     NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (account_id, name, host_id),
    FOREIGN KEY (account_id, name) REFERENCES volume ON DELETE CASCADE
);
