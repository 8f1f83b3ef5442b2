-- What a look at hand-offs costs where there is nothing to do, and hand-offs found by their number.

-- The move that it rests on turned out not to have happened, or its contact was merged: it is looked at once more.
alter table handoff add column doubted boolean not null default false;
create index handoff_doubted on handoff (handoff_id) where doubted;
create index handoff_number on handoff (handoff_id);
create index handoff_clock_of on handoff_clock (handoff_id);
-- Those that wait: when they were looked at last.
create index handoff_waiting on handoff (looked_at, handoff_id) where state = 'waiting';
create index handoff_returns on handoff (returns_at, handoff_id) where state = 'recycled' and returns_at is not null;
