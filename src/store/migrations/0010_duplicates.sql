-- Of the accepted events of a file, those that were known already.
alter table import add column duplicates bigint not null default 0;
