-- name: add
insert into silence (id, matchers, starts_at, ends_at, until_resolved, recurs, comment, ticket,
                     broad_why, made_by, made_at, changed_at)
values (%(id)s, %(matchers)s, %(starts_at)s, %(ends_at)s, %(until_resolved)s, %(recurs)s,
        %(comment)s, %(ticket)s, %(broad_why)s, %(by)s, %(now)s, %(now)s);

-- name: change
-- What may change of a silence while it stands; what it matches never does.
update silence
set starts_at = %(starts_at)s, ends_at = %(ends_at)s, comment = %(comment)s, ticket = %(ticket)s,
    broad_why = %(broad_why)s, changed_at = %(now)s
where id = %(id)s and ended_at is null;

-- name: end
update silence
set ended_at = %(now)s, ended_by = %(by)s, changed_at = %(now)s
where id = %(id)s and ended_at is null;

-- name: begun
update silence set begun_at = %(now)s where id = %(id)s and begun_at is null;

-- name: get
select s.id, s.number, s.matchers, s.starts_at, s.ends_at, s.until_resolved, s.recurs, s.comment,
       s.ticket, s.broad_why, s.made_by, s.made_at, s.changed_at, s.begun_at, s.ended_at, s.ended_by
from silence s
where s.id = %(id)s
limit 1;

-- name: lock
select s.id, s.number, s.matchers, s.starts_at, s.ends_at, s.until_resolved, s.recurs, s.comment,
       s.ticket, s.broad_why, s.made_by, s.made_at, s.changed_at, s.begun_at, s.ended_at, s.ended_by
from silence s
where s.id = %(id)s
limit 1
for update;

-- name: numbered
select s.id, s.number, s.matchers, s.starts_at, s.ends_at, s.until_resolved, s.recurs, s.comment,
       s.ticket, s.broad_why, s.made_by, s.made_at, s.changed_at, s.begun_at, s.ended_at, s.ended_by
from silence s
where s.number = %(number)s
limit 1;

-- name: soon
-- The silences that may hold something before a moment.
select s.id, s.number, s.matchers, s.starts_at, s.ends_at, s.until_resolved, s.recurs, s.comment,
       s.ticket, s.broad_why, s.made_by, s.made_at, s.changed_at, s.begun_at, s.ended_at, s.ended_by
from silence s
where s.ended_at is null and s.starts_at <= %(before)s
  and (s.ends_at is null or s.ends_at > %(now)s)
order by s.number
limit %(limit)s::int;

-- name: edition
-- What the answer of `soon` depends on, in short: any change of a silence changes this.
select coalesce(md5(string_agg(s::text, ';' order by s.number)), '') as edition
from silence s
where s.ended_at is null and s.starts_at <= %(before)s
  and (s.ends_at is null or s.ends_at > %(now)s)
limit 1;

-- name: listed
-- Those that stand first, then those that ended, the newest first.
select s.id, s.number, s.matchers, s.starts_at, s.ends_at, s.until_resolved, s.recurs, s.comment,
       s.ticket, s.broad_why, s.made_by, s.made_at, s.changed_at, s.begun_at, s.ended_at, s.ended_by
from silence s
where %(ended)s::boolean
   or (s.ended_at is null and (s.ends_at is null or s.ends_at > %(now)s))
order by (s.ended_at is null and (s.ends_at is null or s.ends_at > %(now)s)) desc, s.number desc
limit %(limit)s::int offset %(offset)s::int;

-- name: holding
-- How many live alerts each silence holds.
select a.suppressed_by as silence_id, count(*)::bigint as alerts
from alert a
where a.suppressed_by = any(%(ids)b::uuid[]) and a.state <> 'resolved'
group by a.suppressed_by
order by a.suppressed_by
limit %(limit)s::int;

-- name: live
-- Live alerts of the real world in the order of their ids, each with the symptoms that fire.
select a.id as alert_id, a.number, a.title as alert_title, a.priority, a.state, a.service, a.team,
       a.suppressed_by, a.key as alert_key, y.symptom_id, y.key, y.kind, y.title, y.source,
       y.service as symptom_service, y.entities, y.tags, y.labels
from (
    select *
    from alert l
    where l.state <> 'resolved' and l.drill_id is null and l.id > %(after)s
    order by l.id
    limit %(alerts)s::int
) a
left join lateral (
    select s.id as symptom_id, s.key, s.kind, s.title, o.name as source, s.service, s.entities,
           s.tags, s.labels
    from symptom s
    join source o on o.id = s.source_id
    where s.alert_id = a.id and s.state = 'firing'
    order by s.first_at
    limit %(symptoms)s::int
) y on true
order by a.id, y.symptom_id
limit %(limit)s::int;

-- name: of_alerts
-- The same of some alerts.
select a.id as alert_id, a.number, a.title as alert_title, a.priority, a.state, a.service, a.team,
       a.suppressed_by, a.key as alert_key, y.symptom_id, y.key, y.kind, y.title, y.source,
       y.service as symptom_service, y.entities, y.tags, y.labels
from alert a
left join lateral (
    select s.id as symptom_id, s.key, s.kind, s.title, o.name as source, s.service, s.entities,
           s.tags, s.labels
    from symptom s
    join source o on o.id = s.source_id
    where s.alert_id = a.id and s.state = 'firing'
    order by s.first_at
    limit %(symptoms)s::int
) y on true
where a.id = any(%(ids)b::uuid[])
order by a.id, y.symptom_id
limit %(limit)s::int;

-- name: past
-- What was raised since a moment, the newest first, fired on or not.
select a.id as alert_id, a.number, a.title as alert_title, a.priority, a.state, a.service, a.team,
       a.suppressed_by, a.key as alert_key, s.id as symptom_id, s.key, s.kind, s.title,
       o.name as source, s.service as symptom_service, s.entities, s.tags, s.labels
from symptom s
join alert a on a.id = s.alert_id
left join source o on o.id = s.source_id
where s.raised_at > %(since)s and s.drill_id is null
order by s.raised_at desc, s.id desc
limit %(limit)s::int;

-- name: doubtful
-- Held alerts that may have to be told now: the silence is over or off, the alert became more
-- urgent, or something joined it since it was seen that all of it is held.
select a.id
from alert a
left join silence s on s.id = a.suppressed_by
where a.suppressed_by is not null and a.state <> 'resolved'
  and (a.suppressed_until <= %(now)s
       or s.id is null or s.ended_at is not null or s.ends_at <= %(now)s
       or a.priority < a.held_priority
       or exists (
           select from symptom y
           where y.alert_id = a.id and y.state = 'firing'
             and y.raised_at > coalesce(a.held_seen_at, '-infinity')))
order by a.priority, a.id
limit %(limit)s::int;

-- name: hold
-- `held_from` is why nobody was told before; null: people were told.
update alert
set suppressed_by = %(silence)s, suppressed_until = %(until)s, held_from = %(held_from)s,
    untold_why = %(why)s, held_seen_at = %(now)s, held_priority = priority
where id = %(id)s;

-- name: seen
-- It is held still, by this silence.
update alert
set suppressed_by = %(silence)s, suppressed_until = %(until)s, held_seen_at = %(now)s,
    held_priority = priority
where id = %(id)s;

-- name: release
-- Nothing holds it. Why nobody was told before is so again, if that was so.
update alert
set suppressed_by = null, suppressed_until = null, untold_why = held_from, held_from = null,
    held_seen_at = null, held_priority = null
where id = %(id)s and suppressed_by is not null
returning id, state, untold_why, snoozed_until;

-- name: fulfilled
-- Silences that last until their alerts are resolved, and have none that fires.
select s.id
from silence s
where s.ended_at is null and s.until_resolved and s.begun_at is not null
  and not exists (
      select from alert a where a.suppressed_by = s.id and a.state <> 'resolved')
order by s.number
limit %(limit)s::int;
