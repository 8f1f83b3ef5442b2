-- A company with a key has every domain that it took and that was not taken away; `company.domain` is the first of them,
-- or the one by which a company without a key is known.
create unique index domain_claim_open on domain_claim (domain) where undone_at is null;

-- Most scorings change nothing that an index of `standing` holds: with room in its page a row is written anew there, and
-- no index is touched, however many contacts there are.
alter table standing set (fillfactor = 80);
