-- What makes contacts found by what is known of them.

-- Traits as conditions read them: folded texts, words, numbers, instants and lists, by kind and then by name. Whoever
-- writes traits writes them too.
alter table contact add column readings jsonb not null default '{}';
alter table company add column readings jsonb not null default '{}';
create index contact_readings on contact using gin (readings jsonb_path_ops);
create index company_readings on company using gin (readings jsonb_path_ops);
create index contact_created on contact (created_at, contact_id);

-- Pieces of texts, found by three characters in a row, where the server has pg_trgm and we may make it. Without it the
-- same searches read every contact. It is made where everybody finds it: it can be in a database only once.
do $$
declare
  place text := case when has_schema_privilege(to_regnamespace('public')::oid, 'create') then 'public' else current_schema() end;
begin
  begin
    execute format('create extension if not exists pg_trgm with schema %I', place);
  exception when others then
    raise notice 'pg_trgm: %', sqlerrm;
  end;
  select n.nspname into place from pg_extension e join pg_namespace n on n.oid = e.extnamespace
    where e.extname = 'pg_trgm' and has_schema_privilege(n.oid, 'usage');
  if place is not null then
    execute format('create index contact_shape on contact using gin ((readings->>''shape'') %I.gin_trgm_ops)', place);
    execute format('create index company_shape on company using gin ((readings->>''shape'') %I.gin_trgm_ops)', place);
  end if;
end $$;

-- Who did something, without reading every contact's history, and how often. Only events that count.
create index event_name on event (name, at, contact_id) where voided_at is null and machine is null;

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
