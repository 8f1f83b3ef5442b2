-- Who contacts and companies are, and what they did.
--
-- Instants are whole milliseconds since 1970, UTC, and always come from the caller: nothing here asks the clock.
-- Tables about contacts have the contact first in their keys and no foreign keys among each other, so that they can be
-- distributed by it. Text that is compared exactly has the collation "C".

create sequence contact_id;
create sequence company_id;

-- What sends messages: a web site, a mail provider, a file.
create table source (
  source_id integer generated always as identity primary key,
  kind text not null,
  name text not null,
  settings jsonb not null default '{}',
  created_at bigint not null,
  disabled_at bigint
);

-- By what a contact is known. An e-mail address is folded; the others are exact.
create table identity (
  value text collate "C" not null,
  kind text collate "C" not null check (kind in ('email', 'user_id', 'anonymous_id')),
  contact_id bigint not null,
  first_seen_at bigint not null,
  primary key (value, kind)
);
create index identity_contact on identity (contact_id);

create table contact (
  contact_id bigint primary key,
  -- When it was first heard of: by its own word, or the earliest instant of anything known about it.
  created_at bigint not null,
  -- Where the latest traits lead: the company by id, or by the domain of the e-mail address.
  company_id bigint,
  -- The latest value of each trait; `trait` has them all.
  traits jsonb not null default '{}'
);
create index contact_company on contact (company_id) where company_id is not null;
-- By lane, as workers take contacts when a version is new.
create index contact_lane on contact ((contact_id & 63), contact_id);

-- Traits as changes in time; null says that the trait was taken away.
create table trait (
  contact_id bigint not null,
  name text collate "C" not null,
  at bigint not null,
  value jsonb,
  -- 0: nobody called it a trait; it is the address by which a message named the contact.
  source_id integer,
  primary key (contact_id, name, at)
);

-- Companies are few and change seldom, and are copied to every machine where contacts are distributed.
create table company (
  company_id bigint primary key,
  -- As a source calls it.
  key text collate "C" unique,
  domain text collate "C" unique,
  created_at bigint not null,
  traits jsonb not null default '{}'
);

create table company_trait (
  company_id bigint not null,
  name text collate "C" not null,
  at bigint not null,
  value jsonb,
  source_id integer,
  primary key (company_id, name, at)
);

create table event (
  contact_id bigint not null,
  -- From its source; the same event sent again has the same.
  event_id text collate "C" not null,
  name text collate "C" not null,
  at bigint not null,
  received_at bigint not null,
  source_id integer,
  properties jsonb not null default '{}',
  -- Why it is believed to be the work of a machine. Such an event, and one that was voided, is kept and does not score.
  machine text,
  voided_at bigint,
  voided_by text,
  void_reason text,
  primary key (contact_id, event_id)
);
create index event_time on event (contact_id, at);

-- What was merged, with all that it takes to undo it.
create table merge (
  merge_id bigint generated always as identity primary key,
  kept_id bigint not null,
  gone_id bigint not null,
  at bigint not null,
  cause text not null,
  moved jsonb not null,
  undone_at bigint
);
create index merge_kept on merge (kept_id);
create index merge_gone on merge (gone_id);

-- Messages that could not be used, as they came, cut to a few thousand characters.
create table refusal (
  refusal_id bigint generated always as identity primary key,
  at bigint not null,
  source_id integer,
  reason text not null,
  message text not null
);
create index refusal_source on refusal (source_id, refusal_id);

-- Contacts whose events or traits changed from an instant on, and that nobody has scored since. A contact's lane says
-- which rows one worker takes together: 64 of them, by the contact's number.
create table changed (
  lane smallint not null,
  changed_id bigint generated always as identity,
  contact_id bigint not null,
  since bigint not null,
  -- Of a contact with so many events that it is scored apart from others.
  heavy boolean not null default false,
  primary key (lane, changed_id)
);
