-- Notices of reviews are about no lead.

alter table handoff_notice alter column contact_id drop not null, alter column handoff_id drop not null;
-- Each is told once, however many processes look.
create unique index handoff_notice_review on handoff_notice
  (recipient, kind, (details ->> 'agreement'), (details ->> 'dueAt')) where kind in ('review-due', 'review-overdue');

-- A goal may be a range, such as one or two customers a month; null where more is only better.
alter table goal add column most integer, add check (most >= amount);
