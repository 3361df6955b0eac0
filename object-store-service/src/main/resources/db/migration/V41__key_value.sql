-- Keys and values of WebAssembly guests, by account and store.
CREATE TABLE kv_store (
    account_id text   NOT NULL,
    name       text   NOT NULL COLLATE "C",
    bytes      bigint NOT NULL DEFAULT 0,
    keys       bigint NOT NULL DEFAULT 0,
    -- What the bill has been told.
    told_bytes bigint NOT NULL DEFAULT 0,
    told_keys  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE kv_entry (
    account_id text  NOT NULL,
    store      text  NOT NULL COLLATE "C",
    key        bytea NOT NULL,
    value      bytea NOT NULL,
    PRIMARY KEY (account_id, store, key)
);
