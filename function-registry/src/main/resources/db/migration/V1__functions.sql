create table functions (
    id                   uuid        primary key,
    lock_version         bigint      not null,
    account_id           varchar(12) not null,
    name                 varchar(64) not null collate "C",
    revision_id          uuid        not null,
    runtime              varchar(64) not null,
    -- null: the only WebAssembly module of the zip
    handler              varchar(128),
    role_arn             text        not null,
    description          varchar(256) not null,
    memory_mb            integer     not null,
    timeout_seconds      integer     not null,
    ephemeral_storage_mb integer     not null,
    architecture         varchar(16) not null,
    environment          text        not null,
    code_sha256          char(64)    not null,
    code_size            bigint      not null,
    code_contents        text        not null,
    isolation            varchar(16) not null,
    last_modified        timestamptz not null,
    unique (account_id, name)
);
create index functions_by_code on functions (code_sha256);

create table function_tags (
    function_id uuid         not null references functions (id) on delete cascade,
    tag_key     varchar(128) not null,
    tag_value   varchar(256) not null,
    primary key (function_id, tag_key)
);

-- What changed and is not yet on Kafka. A null payload is a deletion.
create table outbox (
    id         bigint generated always as identity primary key,
    topic_key  text        not null,
    arn        text        not null,
    payload    bytea,
    created_at timestamptz not null default now()
);

-- A blob of the code bucket is kept while a function names it or a hold on it has not ended.
create table code_holds (
    id       bigint generated always as identity primary key,
    sha256   char(64)    not null,
    ends_at  timestamptz not null
);
create index code_holds_by_sha256 on code_holds (sha256);
create index code_holds_by_end on code_holds (ends_at);
