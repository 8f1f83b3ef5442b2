-- What makes contacts found by what is known of them.

-- Traits as conditions read them: folded texts, words, numbers, instants and lists, by kind and then by name. Whoever
-- writes traits writes them too.
alter table contact add column readings jsonb not null default '{}';
alter table company add column readings jsonb not null default '{}';
create index contact_readings on contact using gin (readings jsonb_path_ops);
create index company_readings on company using gin (readings jsonb_path_ops);
create index contact_created on contact (created_at, contact_id);

-- Who did something, without reading every contact's history.
create index event_name on event (name, at, contact_id);

-- Searches that people saved.
create table segment (
  segment_id integer generated always as identity primary key,
  name text collate "C" not null unique,
  -- As the search takes it.
  search jsonb not null,
  created_at bigint not null,
  created_by text not null,
  changed_at bigint not null
);
