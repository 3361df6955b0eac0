CREATE TABLE account (
    id         varchar(12) PRIMARY KEY CHECK (id ~ '^[0-9]{12}$'),
    name       varchar(128) NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE access_key (
    id            varchar(20) PRIMARY KEY,
    account_id    varchar(12) NOT NULL REFERENCES account (id),
    role          varchar(16) NOT NULL,
    active        boolean NOT NULL,
    sealed_secret varchar(512) NOT NULL,
    created_at    timestamptz NOT NULL
);

CREATE INDEX access_key_of_account ON access_key (account_id, created_at, id);

-- Keys whose present state Kafka does not have yet. Written in the transaction that changes the key.
CREATE TABLE access_key_change (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    access_key_id varchar(20) NOT NULL
);
