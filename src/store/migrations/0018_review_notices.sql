-- Notices of reviews are about no lead.

alter table handoff_notice alter column contact_id drop not null, alter column handoff_id drop not null;
-- Each is told once, however many processes look.
create unique index handoff_notice_review on handoff_notice
  (recipient, kind, (details ->> 'agreement'), (details ->> 'dueAt')) where kind in ('review-due', 'review-overdue');
