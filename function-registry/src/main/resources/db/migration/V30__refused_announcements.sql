-- Why Kafka would not take the line; it stays until the same key is told of anew. Null for those that are still to be told.
alter table outbox add column refusal text;
create index outbox_refused on outbox (topic, topic_key) where refusal is not null;
create index outbox_waiting on outbox (id) where refusal is null;
