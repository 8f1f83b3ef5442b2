-- What marketing and sales promise each other, in versions that each side signs.

create table agreement (
  agreement_id integer generated always as identity primary key,
  name text collate "C" not null,
  version integer not null,
  -- As its author wrote it, and the SHA-256 of just these bytes, in hex: what is signed is this text and no other.
  document text not null,
  hash text not null,
  -- The version of the model whose names it uses.
  model_id integer not null,
  proposed_at bigint not null,
  proposed_by text not null,
  -- From when until when hand-offs are made under it; null until both sides have signed and it was published.
  in_force_from bigint,
  in_force_until bigint,
  unique (name, version)
);
create unique index agreement_in_force on agreement (name) where in_force_from is not null and in_force_until is null;

create table agreement_signature (
  agreement_id integer not null references agreement on delete cascade,
  team text not null check (team in ('marketing', 'sales')),
  signed_by text not null,
  signed_at bigint not null,
  -- Of the text as it was shown to whoever signed.
  hash text not null,
  primary key (agreement_id, team)
);

create table agreement_comment (
  comment_id integer generated always as identity primary key,
  name text collate "C" not null,
  -- The part of the document that is meant, such as `sales.firstContact`; empty for all of it.
  about text not null,
  body text not null,
  written_at bigint not null,
  written_by text not null,
  resolved_at bigint,
  resolved_by text
);
create index agreement_comment_name on agreement_comment (name, comment_id);

create table agreement_draft (
  name text collate "C" primary key,
  document text not null,
  changed_at bigint not null,
  changed_by text not null
);
