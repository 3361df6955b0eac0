create table event_source_mappings (
    id               uuid        primary key,
    account_id       varchar(12) not null,
    function_name    varchar(64) not null,
    -- null: the unpublished version
    qualifier        varchar(128),
    event_source_arn text,
    -- What is read, in one line: two mappings of a function with the same one would do the same work.
    source_key       text        not null,
    consumer_group   text,
    revision         bigint      not null,
    enabled          boolean     not null,
    state            varchar(16) not null,
    state_reason     text        not null,
    last_result      text        not null,
    last_modified    timestamptz not null,
    settings         text        not null,
    tags             text        not null
);
create unique index event_source_mappings_once
    on event_source_mappings (account_id, function_name, coalesce(qualifier, ''), source_key);
create unique index event_source_mappings_group on event_source_mappings (account_id, consumer_group);

create table schedules (
    id            uuid        primary key,
    account_id    varchar(12) not null,
    name          varchar(64) not null collate "C",
    function_name varchar(64) not null,
    qualifier     varchar(128),
    revision      bigint      not null,
    enabled       boolean     not null,
    expression    text        not null,
    time_zone     varchar(64) not null,
    -- Times up to this are none of the schedule's.
    since         timestamptz not null,
    input         text,
    description   varchar(512) not null,
    created_at    timestamptz not null,
    last_modified timestamptz not null,
    unique (account_id, name)
);
