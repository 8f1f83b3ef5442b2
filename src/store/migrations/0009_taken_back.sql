-- A move that was told and turns out not to have happened is taken back. For that it is known what was told: `told` is
-- from now on when that was, and beside it stand the stages that were named, and how many messages there were.
alter table move add column told_from text, add column told_to text, add column tellings integer not null default 0;
update move set told_from = from_stage, told_to = to_stage, tellings = 1 where told is not null;
drop index move_untold;
create index move_untold on move (contact_id, model_id, at) where not held and case when undone_at is not null
  then told is not null
  else told is null or from_stage is distinct from told_from or to_stage is distinct from told_to end;

-- The message that must be delivered, or given up, before this one.
alter table webhook_delivery add column follows text collate "C";
