-- A constant of Topics.
alter table outbox add column topic varchar(64) not null default 'FUNCTION_VERSIONS';
alter table outbox rename column arn to subject;
-- Of the CloudEvent.
alter table outbox add column type varchar(128) not null default 'dev.mayfly.function.version.changed';
