-- Kinds that were judged while the rest of the account was still being looked at: all that verdicts
-- on them rest on had been seen. Under another revision of the plan they are judged again.
alter table look_account
    add column judged text[] not null default '{}',
    add column judged_under text not null default '';
