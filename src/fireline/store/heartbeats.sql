-- name: create
-- Make a heartbeat. Nothing comes back when the name is taken.
insert into heartbeat as h (id, name, description, interval_seconds, enabled, owner_team,
                            alert_message, alert_tags, alert_priority, made_by, made_at)
values (%(id)s, %(name)s, %(description)s, %(interval_seconds)s, %(enabled)s, %(owner_team)s,
        %(alert_message)s, %(alert_tags)s, %(alert_priority)s, %(made_by)s, %(now)s)
on conflict do nothing
returning h.id, h.name, h.description, h.interval_seconds, h.enabled, h.owner_team,
          h.alert_message, h.alert_tags, h.alert_priority, h.made_by, h.made_at, h.last_ping_at,
          h.expired_at;

-- name: listed
select h.id, h.name, h.description, h.interval_seconds, h.enabled, h.owner_team, h.alert_message,
       h.alert_tags, h.alert_priority, h.made_by, h.made_at, h.last_ping_at, h.expired_at
from heartbeat h
where h.name > %(after)s
order by h.name
limit %(limit)s::int;

-- name: named
select h.id, h.name, h.description, h.interval_seconds, h.enabled, h.owner_team, h.alert_message,
       h.alert_tags, h.alert_priority, h.made_by, h.made_at, h.last_ping_at, h.expired_at
from heartbeat h
where h.name = %(name)s
limit 1;

-- name: held
-- One heartbeat, held for this transaction.
select h.id, h.name, h.description, h.interval_seconds, h.enabled, h.owner_team, h.alert_message,
       h.alert_tags, h.alert_priority, h.made_by, h.made_at, h.last_ping_at, h.expired_at
from heartbeat h
where h.name = %(name)s
limit 1
for update;

-- name: ping
-- Note that something still beats; say whether it was silent before.
update heartbeat h
set last_ping_at = %(now)s, expired_at = null
from (select id, expired_at from heartbeat where name = %(name)s for update) was
where h.id = was.id
returning h.id, h.name, h.owner_team, h.alert_priority, (was.expired_at is not null) as revived;

-- name: change
update heartbeat
set name = %(name)s, description = %(description)s, interval_seconds = %(interval_seconds)s,
    enabled = %(enabled)s, owner_team = %(owner_team)s, alert_message = %(alert_message)s,
    alert_tags = %(alert_tags)s, alert_priority = %(alert_priority)s, expired_at = %(expired_at)s
where id = %(id)s;

-- name: delete
delete from heartbeat where id = %(id)s;

-- name: expire
-- Heartbeats that have just become silent for too long; each is given to one node.
update heartbeat h
set expired_at = %(now)s
from (
    select id from heartbeat
    where enabled and expired_at is null
      and last_ping_at + make_interval(secs => interval_seconds) < %(now)s
    order by last_ping_at
    limit %(limit)s::int
    for update skip locked
) due
where h.id = due.id
returning h.id, h.name, h.description, h.interval_seconds, h.enabled, h.owner_team,
          h.alert_message, h.alert_tags, h.alert_priority, h.made_by, h.made_at, h.last_ping_at,
          h.expired_at;

-- name: quieted
-- Sources that have just become silent for too long; each is given to one node.
update source s
set quiet_since = %(now)s
from (
    select id from source
    where quiet_seconds is not null and quiet_since is null and retired_at is null
      and drill_id is null
      and coalesce(last_seen_at, registered_at) + make_interval(secs => quiet_seconds) < %(now)s
    order by id
    limit %(limit)s::int
    for update skip locked
) due
where s.id = due.id
returning s.id, s.name, s.format, s.service, s.quiet_seconds, s.last_seen_at;

-- name: heard_again
-- Sources that were quiet and are heard again.
update source s
set quiet_since = null
from (
    select id from source
    where quiet_since is not null and last_seen_at > quiet_since
    order by id
    limit %(limit)s::int
    for update skip locked
) due
where s.id = due.id
returning s.id, s.name, s.format, s.service, s.quiet_seconds, s.last_seen_at;

-- name: beat
-- A source of format `heartbeat` was heard of: that is all it says.
update source set last_seen_at = %(now)s, kept = kept + 1
where id = %(id)s and retired_at is null;
