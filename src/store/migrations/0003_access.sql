-- Who may do what, and who did.

create table access_key (
  key_id integer generated always as identity primary key,
  -- SHA-256 of the key, which nobody keeps.
  hash bytea not null unique,
  -- Its last characters, by which people tell keys apart.
  hint text not null,
  name text not null,
  scope text not null check (scope in ('ingest', 'read', 'write')),
  -- Where messages sent with it come from.
  source_id integer references source,
  created_at bigint not null,
  created_by text not null,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint
);

-- Every change of a model, an agreement, a key or a right.
create table audit (
  audit_id bigint generated always as identity primary key,
  at bigint not null,
  who text not null,
  action text not null,
  subject text not null,
  details jsonb not null default '{}'
);

create table setting (
  key text primary key,
  value jsonb not null
);
