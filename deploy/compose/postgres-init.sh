#!/bin/bash
# Run once by the PostgreSQL image, on an empty data folder: a role and a schema of its own for each service.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  -v password="$(cat "$POSTGRES_PASSWORD_FILE")" <<'SQL'
revoke all on schema public from public;
select format('create role %I login password %L', role, :'password')
  from unnest(array['identity', 'registry', 'objects', 'billing', 'observability']) as role \gexec
select format('alter role %I set search_path = %I', role, role)
  from unnest(array['identity', 'registry', 'objects', 'billing', 'observability']) as role \gexec
select format('create schema %I authorization %I', role, role)
  from unnest(array['identity', 'registry', 'objects', 'billing', 'observability']) as role \gexec
SQL
