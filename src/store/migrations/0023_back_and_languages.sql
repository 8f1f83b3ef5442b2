-- When somebody who is away may be back: at first the earliest that it is in any zone, then as it is in theirs; null once
-- they are back, and what waited for a person was looked at.
alter table absence add column back_at bigint;
update absence set back_at = (last_day + 1) * 86400000::bigint - 50400000;
create index absence_back on absence (back_at) where back_at is not null;

-- What people are written to in; null for those who never chose, who are written to in the language of the workspace.
alter table person add column language text;

-- Marketing hears once of each version of a model that lacks what an agreement asks for.
create unique index handoff_notice_lost on handoff_notice
  (recipient, kind, (details ->> 'agreement'), (details ->> 'agreementId'), (details ->> 'modelId'))
  where kind = 'agreement-lost';
