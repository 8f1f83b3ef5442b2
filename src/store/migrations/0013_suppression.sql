-- Addresses and domains of people who must not be handed on, and what makes arriving events seen.

create table suppression (
  -- An e-mail address, or a domain that stands for itself and all below it; folded.
  value text collate "C" primary key,
  reason text,
  created_at bigint not null,
  created_by text not null
);

-- Events lie in the order in which they came, so a few bytes for many pages find the latest ones.
create index event_received on event using brin (received_at) with (pages_per_range = 32, autosummarize = on);
