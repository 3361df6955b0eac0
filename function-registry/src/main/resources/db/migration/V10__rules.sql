-- What is said about a function, and about its versions and aliases, apart from its code. In every table of these the
-- qualifier is a version's number, an alias or '' for the function without one.

create table function_grants (
    function_id              uuid         not null references functions (id) on delete cascade,
    qualifier                varchar(128) not null,
    statement_id             varchar(100) not null collate "C",
    number                   bigint       generated always as identity,
    action                   varchar(128) not null,
    principal                text         not null,
    source_arn               text,
    source_account           varchar(12),
    event_source_token       varchar(256),
    principal_org_id         varchar(34),
    function_url_auth_type   varchar(16),
    invoked_via_function_url boolean,
    primary key (function_id, qualifier, statement_id)
);
create table policy_revisions (
    function_id uuid         not null references functions (id) on delete cascade,
    qualifier   varchar(128) not null,
    revision_id uuid         not null,
    primary key (function_id, qualifier)
);

create table reserved_concurrency (
    function_id uuid    primary key references functions (id) on delete cascade,
    executions  integer not null
);
create table provisioned_concurrency (
    function_id   uuid         not null references functions (id) on delete cascade,
    qualifier     varchar(128) not null collate "C",
    executions    integer      not null,
    last_modified timestamptz  not null,
    primary key (function_id, qualifier)
);

create table event_invoke_configs (
    function_id     uuid         not null references functions (id) on delete cascade,
    qualifier       varchar(128) not null collate "C",
    max_retries     integer,
    max_age_seconds integer,
    on_success      text,
    on_failure      text,
    last_modified   timestamptz  not null,
    primary key (function_id, qualifier)
);

create table function_urls (
    function_id   uuid         not null references functions (id) on delete cascade,
    qualifier     varchar(128) not null collate "C",
    url_id        varchar(32)  not null unique,
    auth_type     varchar(16)  not null,
    invoke_mode   varchar(16)  not null,
    -- JSON
    cors          text,
    created_at    timestamptz  not null,
    last_modified timestamptz  not null,
    primary key (function_id, qualifier)
);

create table recursion_configs (
    function_id    uuid        primary key references functions (id) on delete cascade,
    recursive_loop varchar(16) not null
);
create table runtime_management (
    function_id uuid         not null references functions (id) on delete cascade,
    qualifier   varchar(128) not null,
    update_on   varchar(16)  not null,
    primary key (function_id, qualifier)
);
