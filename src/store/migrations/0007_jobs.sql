-- Files that are read in, and how far each has come. The queue of jobs itself is pg-boss's, in a schema of its own.

create table import (
  import_id integer generated always as identity primary key,
  -- What makes two imports the same: the bytes of the file, what its rows are, and what its columns are called.
  hash text collate "C" not null,
  kind text not null check (kind in ('companies', 'contacts', 'events')),
  mapping jsonb not null,
  name text not null,
  -- Where the file lies; null once it was removed.
  path text,
  source_id integer not null references source,
  state text not null check (state in ('waiting', 'running', 'done', 'failed')),
  row_count bigint,
  -- Rows from this one on are still to be read. All before it are committed.
  position bigint not null default 0,
  accepted bigint not null default 0,
  refused bigint not null default 0,
  -- Bytes of the file of refused rows that are about rows before the position.
  rejects_size bigint not null default 0,
  created_at bigint not null,
  created_by text not null,
  finished_at bigint,
  failure text
);
create unique index import_unfinished on import (hash, kind, mapping) where state in ('waiting', 'running');
