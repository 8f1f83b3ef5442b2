-- What teams promise each other in numbers, and what makes counting over a whole base quick.

-- A goal holds for whole periods from an instant on, until another of the same team, count and period takes over.
create table goal (
  goal_id integer generated always as identity primary key,
  team text not null check (team in ('marketing', 'sales')),
  -- Contacts that reach this stage are counted; null: events that are outcomes.
  stage text collate "C",
  period text not null check (period in ('month', 'quarter')),
  amount integer not null check (amount > 0),
  -- The first instant of the first period.
  from_at bigint not null,
  changed_at bigint not null,
  changed_by text not null,
  unique nulls not distinct (team, stage, period, from_at)
);

-- Moves that happened and that nobody holds back, by when.
create index move_at on move (model_id, at, contact_id) include (from_stage, to_stage) where undone_at is null and not held;

create index company_score_points on company_score (model_id, name, points desc nulls last, company_id);
