-- Webhooks of ours: who wants them, and each message to each of them.

create table webhook_endpoint (
  endpoint_id integer generated always as identity primary key,
  url text not null,
  -- Signs what is sent; the receiver has it too.
  secret text not null,
  types text[] not null,
  created_at bigint not null,
  created_by text not null,
  -- While it is set, messages wait and nothing new is told.
  disabled_at bigint,
  disabled_because text
);

create table webhook_delivery (
  delivery_id bigint generated always as identity primary key,
  endpoint_id integer not null references webhook_endpoint on delete cascade,
  -- By it the receiver knows what it has already: the same at every attempt.
  webhook_id text collate "C" not null,
  -- What is told, such as a move: one message to each endpoint. `subject` has the contact where there is one.
  subject text collate "C" not null,
  contact_id bigint,
  type text not null,
  body text not null,
  created_at bigint not null,
  attempts integer not null default 0,
  -- When it is tried (again); null where it was delivered, or is not tried any more.
  due_at bigint,
  -- A process is sending it and has until then to say how it went.
  taken_until bigint,
  delivered_at bigint,
  -- Of the last attempt.
  answered_at bigint,
  status integer,
  problem text,
  unique (endpoint_id, subject)
);
create index webhook_delivery_due on webhook_delivery (endpoint_id, due_at) where due_at is not null;
create index webhook_delivery_taken on webhook_delivery (endpoint_id) where taken_until is not null;
create index webhook_delivery_contact on webhook_delivery (contact_id) where contact_id is not null;
create index webhook_delivery_newest on webhook_delivery (endpoint_id, delivery_id);

-- Whether webhooks about it were written; whoever writes these rows need not know of them. Of a move it is the
-- `recorded_at` that they were written of: one that was undone and comes back can lead elsewhere.
alter table move add column told bigint;
create index move_untold on move (contact_id, model_id, at)
  where told is distinct from recorded_at and not held and undone_at is null;
alter table merge add column told boolean not null default false;
create index merge_untold on merge (merge_id) where not told;
alter table model add column told boolean not null default false;
