-- Why Kafka would not take what is told of the change; it is tried again at the next start. Null for those still to be told.
ALTER TABLE outbox ADD COLUMN refusal text;
