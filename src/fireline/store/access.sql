-- name: any_account
-- Whether anybody can sign in yet. Accounts of drills and of the command line have no password.
select exists (select 1 from account where password_hash is not null) as found limit 1;

-- name: lock_accounts
-- Held while the first account is made, so that only one is the first.
lock table account in share row exclusive mode;

-- name: add_account
insert into account (id, person, role, password_hash, created_at)
values (%(id)s, %(person)s, %(role)s, %(password_hash)s, %(now)s)
on conflict (person) do nothing;

-- name: account_of
select a.id, a.person, a.role, a.password_hash, a.created_at, a.disabled_at
from account a
where a.person = %(person)s
limit 1;

-- name: list_accounts
select a.id, a.person, a.role, a.password_hash, a.created_at, a.disabled_at
from account a
order by a.person
limit %(limit)s::int;

-- name: set_role
update account set role = %(role)s where id = %(id)s;

-- name: set_password
update account set password_hash = %(password_hash)s where id = %(id)s;

-- name: disable
update account set disabled_at = %(now)s where id = %(id)s and disabled_at is null;

-- name: offer_setup
insert into setup (fingerprint, offered_at) values (%(fingerprint)s, %(now)s)
on conflict (one) do update
set fingerprint = excluded.fingerprint, offered_at = excluded.offered_at;

-- name: use_setup
delete from setup where fingerprint = %(fingerprint)s;

-- name: add_session
insert into session (fingerprint, account_id, began_at, seen_at, address)
values (%(fingerprint)s, %(account_id)s, %(now)s, %(now)s, %(address)s);

-- name: session_of
select s.began_at, s.seen_at, a.person, a.role
from session s
join account a on a.id = s.account_id
where s.fingerprint = %(fingerprint)s and a.disabled_at is null
limit 1;

-- name: saw_session
update session set seen_at = %(now)s where fingerprint = %(fingerprint)s and seen_at < %(now)s;

-- name: end_session
delete from session where fingerprint = %(fingerprint)s;

-- name: end_sessions
delete from session where account_id = %(account_id)s;

-- name: add_link
insert into sign_in_link (fingerprint, account_id, expires_at)
values (%(fingerprint)s, %(account_id)s, %(expires_at)s);

-- name: use_link
-- A link works once, whatever it then leads to.
with used as (
    delete from sign_in_link where fingerprint = %(fingerprint)s returning account_id, expires_at
)
select a.id, a.person, a.role, a.password_hash, a.created_at, a.disabled_at
from used u
join account a on a.id = u.account_id
where u.expires_at > %(now)s and a.disabled_at is null
limit 1;

-- name: drop_links
delete from sign_in_link where account_id = %(account_id)s;

-- name: add_token
insert into api_token (id, account_id, name, role, drill_id, fingerprint, created_at)
values (%(id)s, %(account_id)s, %(name)s, %(role)s, %(drill_id)s, %(fingerprint)s, %(now)s);

-- name: token_of
select t.id, t.role, t.drill_id, t.seen_at, a.person, a.role as account_role
from api_token t
join account a on a.id = t.account_id
where t.fingerprint = %(fingerprint)s and t.revoked_at is null and a.disabled_at is null
limit 1;

-- name: saw_token
update api_token set seen_at = %(now)s where id = %(id)s and (seen_at is null or seen_at < %(now)s);

-- name: list_tokens
-- The tokens of one person, or of everybody; the newest first.
select t.id, a.person, t.name, t.role, t.drill_id, t.created_at, t.seen_at, t.revoked_at
from api_token t
join account a on a.id = t.account_id
where a.person = %(person)s::text or %(person)s::text is null
order by t.created_at desc, t.id
limit %(limit)s::int;

-- name: get_token
select t.id, a.person, t.name, t.role, t.drill_id, t.created_at, t.seen_at, t.revoked_at
from api_token t
join account a on a.id = t.account_id
where t.id = %(id)s
limit 1
for update of t;

-- name: revoke_token
update api_token set revoked_at = %(now)s where id = %(id)s and revoked_at is null;

-- name: revoke_drill_tokens
update api_token set revoked_at = %(now)s where drill_id = %(drill_id)s and revoked_at is null;

-- name: failures
-- The failed sign-ins of a subject in the window that is still open.
select f.failures, f.window_began
from sign_in_failure f
where f.subject = %(subject)s and f.window_began > %(since)s
limit 1;

-- name: failed
insert into sign_in_failure as f (subject, window_began, failures)
values (%(subject)s, %(now)s, 1)
on conflict (subject) do update
set failures = case when f.window_began > %(since)s then f.failures + 1 else 1 end,
    window_began = case when f.window_began > %(since)s then f.window_began else %(now)s end;

-- name: forget_failures
delete from sign_in_failure where subject = %(subject)s;

-- name: sweep_sessions
delete from session where began_at < %(absolute)s or seen_at < %(idle)s;

-- name: sweep_links
delete from sign_in_link where expires_at < %(now)s;

-- name: sweep_failures
delete from sign_in_failure where window_began < %(since)s;
