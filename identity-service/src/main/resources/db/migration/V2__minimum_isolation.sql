-- The weakest tier that the account's functions may run in; null when any will do.
ALTER TABLE account ADD COLUMN minimum_isolation varchar(16);

-- Accounts whose present state Kafka does not have yet. Written in the transaction that changes the account.
CREATE TABLE account_change (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id varchar(12) NOT NULL
);
