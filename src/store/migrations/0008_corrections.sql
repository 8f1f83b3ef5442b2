-- What is put right afterwards: events judged anew, one by one or by rule, and companies that turn out to be one. And
-- when companies have to be looked at again.

-- Who said, over what was believed when it came, whether a machine made it: `hand`, or `rule:7`. What a hand said stays.
alter table event add column judged_by text collate "C";

-- An event rule voids or flags all events that it means and that were there when it was asked for; it can be taken back.
create table event_rule (
  rule_id integer generated always as identity primary key,
  deed text not null check (deed in ('void', 'flag')),
  reason text not null,
  -- Names, properties, source and time, as they were asked for.
  meant jsonb not null,
  created_at bigint not null,
  created_by text not null,
  undone_by text,
  state text not null check (state in ('waiting', 'running', 'done', 'undoing', 'undone')),
  -- Events that were looked at, of how many, in the order of their key; those up to the place are done.
  total bigint,
  looked bigint not null default 0,
  after_contact bigint not null default 0,
  after_event text collate "C" not null default '',
  -- Events that are different because of it.
  events bigint not null default 0,
  finished_at bigint
);

-- Domains that companies with a key took, and the company that was known by the domain alone until then, with all that
-- it takes to have it back.
create table domain_claim (
  claim_id bigint generated always as identity primary key,
  company_id bigint not null,
  domain text collate "C" not null,
  at bigint not null,
  gone_id bigint,
  moved jsonb not null,
  undone_at bigint
);
create index domain_claim_company on domain_claim (company_id);
create index domain_claim_gone on domain_claim (gone_id) where gone_id is not null;

-- Nothing of a company changes by itself before it.
alter table company_standing add column next_change_at bigint;
create index company_standing_due on company_standing (next_change_at) where next_change_at is not null;
