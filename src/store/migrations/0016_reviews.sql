-- Regular meetings about an agreement. What one was about is kept as it was when it was closed.

create table review (
  review_id integer generated always as identity primary key,
  -- The agreement, by name; its versions come and go.
  name text collate "C" not null,
  from_at bigint not null,
  opened_at bigint not null,
  opened_by text not null,
  minutes text not null default '',
  minutes_at bigint,
  minutes_by text,
  closed_at bigint,
  closed_by text,
  report jsonb,
  check ((closed_at is null) = (report is null))
);
create index review_name on review (name, review_id);
create unique index review_open on review (name) where closed_at is null;
