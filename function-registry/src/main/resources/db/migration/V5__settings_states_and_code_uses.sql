-- JSON: settings that few functions have.
alter table functions add column options text not null default '{}';
-- JSON: whether it runs, and what became of the last update.
alter table functions add column status text not null default '{}';
-- JSON: what is invoked while an update is prepared or after it failed; null: the function as it is.
alter table functions add column served text;
-- Of functions that are deployed as images: as the caller named it, and with the digest that was found there.
alter table functions add column image_uri text;
alter table functions add column resolved_image_uri text;

-- Who needs which blob of the code bucket. The part is a version of a function, or empty.
create table code_uses (
    owner  uuid        not null,
    part   varchar(32) not null,
    sha256 char(64)    not null,
    primary key (owner, part, sha256)
);
create index code_uses_by_sha256 on code_uses (sha256);
insert into code_uses (owner, part, sha256) select id, '$LATEST', code_sha256 from functions;
drop index functions_by_code;

-- What hosts are to make ready before a version may run. Whoever works on one puts its turn off again and again.
create table preparations (
    id          uuid        primary key,
    function_id uuid        not null references functions (id) on delete cascade,
    version     varchar(32) not null,
    revision_id uuid        not null,
    attempts    integer     not null default 0,
    due_at      timestamptz not null,
    created_at  timestamptz not null
);
create index preparations_by_turn on preparations (due_at);

create table layers (
    id           uuid         primary key,
    account_id   varchar(12)  not null,
    name         varchar(140) not null collate "C",
    -- The number of the newest version that was ever published.
    last_version bigint       not null,
    unique (account_id, name)
);

create table layer_versions (
    id                       uuid         primary key,
    layer_id                 uuid         not null references layers (id),
    account_id               varchar(12)  not null,
    number                   bigint       not null,
    description              varchar(256) not null,
    license_info             varchar(512),
    -- JSON lists
    compatible_runtimes      text         not null,
    compatible_architectures text         not null,
    code_sha256              char(64)     not null,
    code_size                bigint       not null,
    unzipped_size            bigint       not null,
    created_at               timestamptz  not null,
    -- Changes with the policy; null while there is no policy.
    policy_revision          uuid,
    unique (layer_id, number)
);

create table layer_permissions (
    layer_version_id uuid         not null references layer_versions (id) on delete cascade,
    statement_id     varchar(100) not null collate "C",
    principal        text         not null,
    organization_id  varchar(34),
    primary key (layer_version_id, statement_id)
);
