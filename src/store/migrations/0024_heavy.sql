-- Contacts with a great many events are few, and looked for all the time.
create index changed_heavy on changed (changed_id) where heavy;
