-- name: add
insert into calendar_feed (id, fingerprint, owner, person, schedule, made_at)
values (%(id)s, %(fingerprint)s, %(owner)s, %(person)s, %(schedule)s, %(now)s);

-- name: of_token
-- Of a person whose account was shut, no address is in force.
select f.id, f.owner, f.person, f.schedule, f.made_at, f.seen_at, f.revoked_at
from calendar_feed f
where f.fingerprint = %(fingerprint)s and f.revoked_at is null
  and not exists (select 1 from account a where a.person = f.owner and a.disabled_at is not null)
limit 1;

-- name: saw
-- Noted once an hour: programs look at calendars all the time.
update calendar_feed set seen_at = %(now)s
where id = %(id)s and (seen_at is null or seen_at < %(now)s::timestamptz - interval '1 hour');

-- name: listed
select f.id, f.owner, f.person, f.schedule, f.made_at, f.seen_at, f.revoked_at
from calendar_feed f
where f.owner = %(owner)s and f.revoked_at is null
order by f.made_at, f.id
limit %(limit)s::int;

-- name: revoke
update calendar_feed set revoked_at = %(now)s
where id = %(id)s and owner = %(owner)s and revoked_at is null;
