-- Models, and what they say of contacts and companies. Points are whole millionths.

-- A version is being rolled out (scored beside the serving one), serves, or is retired. One serves for each name.
create table model (
  model_id integer generated always as identity primary key,
  name text collate "C" not null,
  version integer not null,
  document text not null,
  state text not null check (state in ('rolling', 'serving', 'retired')),
  published_at bigint not null,
  published_by text not null,
  -- From and until when its word counted.
  served_from bigint,
  served_until bigint,
  -- Since when the moves that it caused are no longer held.
  released_at bigint,
  unique (name, version)
);
create unique index model_serving on model (name) where state = 'serving';
create unique index model_rolling on model (name) where state = 'rolling';

create table draft (
  name text collate "C" primary key,
  document text not null,
  changed_at bigint not null,
  changed_by text not null
);

-- Where a contact stands, as the worker last wrote it.
create table standing (
  contact_id bigint not null,
  model_id integer not null,
  as_of bigint not null,
  stage text,
  stage_since bigint,
  disqualified text,
  -- Nothing changes by itself before it.
  next_change_at bigint,
  -- What each rule that gave anything gave, by its id.
  parts jsonb not null,
  primary key (contact_id, model_id)
);
create index standing_due on standing ((contact_id & 63), next_change_at) where next_change_at is not null;
-- Who is in a stage, the last to enter it first.
create index standing_stage on standing (model_id, stage, stage_since, contact_id);

create table score (
  contact_id bigint not null,
  model_id integer not null,
  name text collate "C" not null,
  -- Null for no data, and for a grid.
  points bigint,
  grade text,
  band text,
  -- The cell of a grid.
  cell text,
  primary key (contact_id, model_id, name)
);
create index score_points on score (model_id, name, points desc nulls last, contact_id);

-- What was true from an instant on, until the next row. Late and voided events write it anew from their instant on.
create table history (
  contact_id bigint not null,
  model_id integer not null,
  at bigint not null,
  -- By name of the score: its points, or the cell of a grid.
  scores jsonb not null,
  stage text,
  disqualified text,
  primary key (contact_id, model_id, at)
);

-- A contact that came to another stage. One that turned out not to have happened is kept and says when that was seen.
create table move (
  contact_id bigint not null,
  model_id integer not null,
  at bigint not null,
  from_stage text,
  to_stage text,
  recorded_at bigint not null,
  undone_at bigint,
  -- Caused by a new version and not yet released.
  held boolean not null default false,
  primary key (contact_id, model_id, at)
);
create index move_recorded on move (model_id, recorded_at, contact_id);

create table company_standing (
  company_id bigint not null,
  model_id integer not null,
  as_of bigint not null,
  parts jsonb not null,
  primary key (company_id, model_id)
);

create table company_score (
  company_id bigint not null,
  model_id integer not null,
  name text collate "C" not null,
  points bigint,
  grade text,
  band text,
  cell text,
  primary key (company_id, model_id, name)
);

create table company_history (
  company_id bigint not null,
  model_id integer not null,
  at bigint not null,
  scores jsonb not null,
  primary key (company_id, model_id, at)
);

-- Companies of which a contact was scored anew.
create table changed_company (
  changed_id bigint generated always as identity primary key,
  company_id bigint not null,
  model_id integer not null,
  since bigint not null
);
