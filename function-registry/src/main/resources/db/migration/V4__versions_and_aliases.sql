-- The number of the newest version that was ever published; numbers are not used twice.
alter table functions add column last_version bigint not null default 0;

-- Immutable, apart from the state in it.
create table published_versions (
    function_id uuid   not null references functions (id) on delete cascade,
    number      bigint not null,
    code_size   bigint not null,
    -- JSON: all that is known of it
    snapshot    text   not null,
    primary key (function_id, number)
);

create table aliases (
    function_id        uuid         not null references functions (id) on delete cascade,
    name               varchar(128) not null collate "C",
    revision_id        uuid         not null,
    description        varchar(256) not null,
    -- null: $LATEST
    version            bigint,
    -- The other version that gets a share of the invocations, and how much.
    additional_version bigint,
    additional_weight  double precision,
    primary key (function_id, name),
    foreign key (function_id, version) references published_versions (function_id, number),
    foreign key (function_id, additional_version) references published_versions (function_id, number)
);
