-- What marketing handed over to sales, and what became of it.

-- Days on which nobody works, by the name of a calendar: numbers of days since 1970.
create table holiday (
  calendar text collate "C" not null,
  day integer not null,
  name text not null,
  primary key (calendar, day)
);

-- Sales people who are given leads, and marketing as a whole under the address `marketing`.
create table seller (
  email text collate "C" primary key,
  -- An IANA zone, and the hours of a week in it: seven lists of [from, until] in minutes, Monday first.
  zone text not null,
  week jsonb not null,
  holidays text collate "C",
  -- Most hand-offs under way at a time; null for no limit. Two of weight 2 and 1 get two leads of three and one of three.
  capacity integer,
  weight integer not null default 1 check (weight > 0),
  -- A condition as an agreement's qualifiers have them; null takes what is nobody's territory.
  territory jsonb,
  -- What the turns so far left.
  credit integer not null default 0,
  active boolean not null default true,
  changed_at bigint not null,
  changed_by text not null
);

create table absence (
  absence_id integer generated always as identity primary key,
  email text collate "C" not null,
  -- Days in the zone of the seller, both included.
  first_day integer not null,
  last_day integer not null
);
create index absence_of on absence (email, last_day);

create sequence handoff_id;
create table handoff (
  contact_id bigint not null,
  handoff_id bigint not null,
  agreement_id integer not null,
  model_id integer not null,
  -- The move that led here: the instant at which the contact entered the stage.
  moved_at bigint not null,
  moved_to text,
  stage text not null,
  company_id bigint,
  -- As the facts leave it; written with each of them.
  state text not null,
  since bigint not null,
  lacks text[] not null default '{}',
  assignee text collate "C",
  assigned_at bigint,
  acted_on boolean not null default false,
  -- Scores, bands, parts and version as they were at entry: what an answer is a label of.
  evidence jsonb not null,
  -- Of one that waits: when it was last looked at. Of one that was recycled: when it comes back.
  looked_at bigint not null,
  returns_at bigint,
  primary key (contact_id, handoff_id)
);
create index handoff_assignee on handoff (assignee, state);
create index handoff_state on handoff (state, since);
create index handoff_company on handoff (company_id) where company_id is not null;
create unique index handoff_under_way on handoff (contact_id)
  where state in ('waiting', 'open', 'accepted', 'opportunity');

create table handoff_fact (
  contact_id bigint not null,
  handoff_id bigint not null,
  -- 0 is the first: facts are read in the order in which they were recorded.
  place integer not null,
  at bigint not null,
  recorded_at bigint not null,
  by_whom text not null,
  fact jsonb not null,
  primary key (contact_id, handoff_id, place)
);

-- A promise from when it begins to run. When it is due is fixed then; how it ended is written once and stays.
create table handoff_clock (
  contact_id bigint not null,
  handoff_id bigint not null,
  kind text collate "C" not null,
  assignment integer not null,
  owner text collate "C" not null,
  -- Who owed it.
  assignee text collate "C",
  started_at bigint not null,
  due_at bigint not null,
  remind_at bigint,
  escalate_at bigint,
  reassign_at bigint,
  ended_at bigint,
  outcome text check (outcome in ('kept', 'missed', 'excused')),
  primary key (contact_id, handoff_id, kind, assignment)
);
create index handoff_clock_due on handoff_clock (due_at) where outcome is null;
create index handoff_clock_remind on handoff_clock (remind_at) where remind_at is not null;
create index handoff_clock_escalate on handoff_clock (escalate_at) where escalate_at is not null;
create index handoff_clock_reassign on handoff_clock (reassign_at) where reassign_at is not null;

-- Whom to tell what: read on the page, and sent on by whoever sends.
create table handoff_notice (
  notice_id bigint generated always as identity primary key,
  contact_id bigint not null,
  handoff_id bigint not null,
  at bigint not null,
  kind text collate "C" not null,
  -- An address, or a team.
  recipient text collate "C" not null,
  details jsonb not null default '{}',
  seen_at bigint,
  told boolean not null default false,
  -- When it is sent by e-mail (again); null where it was, or is not sent any more.
  mail_at bigint,
  mail_attempts integer not null default 0
);
create index handoff_notice_recipient on handoff_notice (recipient, notice_id);
-- Those that webhooks tell.
create index handoff_notice_untold on handoff_notice (notice_id)
  where not told and kind in ('assigned', 'reminder', 'escalation', 'withdrawn');
create index handoff_notice_mail on handoff_notice (mail_at) where mail_at is not null;
create index handoff_notice_contact on handoff_notice (contact_id);

-- The `recorded_at` with which a move was looked at for a hand-off, as with webhooks.
alter table move add column handed bigint;
create index move_unhanded on move (contact_id, model_id, at)
  where handed is distinct from recorded_at and not held and undone_at is null;
