-- name: untold
-- Alerts that fire and that nobody is told of, without a reason.
with broken as (
    select a.number
    from alert a
    left join ladder l on l.alert_id = a.id and l.state in ('waiting', 'exhausted')
    where a.state = 'firing' and a.drill_id is null and l.alert_id is null
      and a.untold_why is null and a.told_by is null and a.suppressed_by is null
      and (a.snoozed_until is null or a.snoozed_until < %(before)s) and a.raised_at < %(before)s
)
select (select count(*)::int from broken) as broken,
       (select coalesce(jsonb_agg(shown.example), '[]')
        from (select 'alert #' || b.number as example from broken b order by b.number limit %(shown)s::int) shown
       ) as examples
limit 1;

-- name: stopped
-- Escalations that live and have no moment for their next step.
with broken as (
    select a.number
    from ladder l
    join alert a on a.id = l.alert_id and a.state <> 'resolved' and a.drill_id is null
    left join due d on d.kind = 'ladder' and d.id = l.alert_id
    where l.state in ('waiting', 'answered') and coalesce(l.due_at, l.lapses_at) is not null
      and d.id is null
)
select (select count(*)::int from broken) as broken,
       (select coalesce(jsonb_agg(shown.example), '[]')
        from (select 'alert #' || b.number as example from broken b order by b.number limit %(shown)s::int) shown
       ) as examples
limit 1;

-- name: late
-- Steps and messages that were due some time ago, and that nobody took.
with broken as (
    select d.kind, d.due_at
    from due d
    left join alert a on d.kind = 'ladder' and a.id = d.id
    left join outbox o on d.kind = 'send' and o.id = d.id
    where d.kind in ('ladder', 'send') and d.due_at < %(before)s and d.parked_at is null
      and (d.lease_until is null or d.lease_until < %(now)s)
      and a.drill_id is null and o.drill_id is null
)
select (select count(*)::int from broken) as broken,
       (select coalesce(jsonb_agg(shown.example), '[]')
        from (select b.kind || ', due ' || to_char(b.due_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as example from broken b order by b.due_at limit %(shown)s::int) shown
       ) as examples
limit 1;

-- name: aside
-- Steps and messages that were set aside after they failed too often.
with broken as (
    select d.kind, d.parked_at, d.parked_why
    from due d
    left join alert a on d.kind = 'ladder' and a.id = d.id
    left join outbox o on d.kind = 'send' and o.id = d.id
    where d.kind in ('ladder', 'send') and d.parked_at is not null
      and a.drill_id is null and o.drill_id is null
)
select (select count(*)::int from broken) as broken,
       (select coalesce(jsonb_agg(shown.example), '[]')
        from (select b.kind || ': ' || coalesce(left(b.parked_why, 120), 'no reason kept') as example from broken b order by b.parked_at limit %(shown)s::int) shown
       ) as examples
limit 1;

-- name: endless
-- Pages that wait for a message, and have none that is still to be sent.
with broken as (
    select a.number, p.person
    from page p
    join alert a on a.id = p.alert_id and a.state <> 'resolved' and a.drill_id is null
    left join outbox o on o.about_kind = 'page' and o.about_id = p.id and o.state = 'waiting'
    where p.state = 'wished' and o.id is null
)
select (select count(*)::int from broken) as broken,
       (select coalesce(jsonb_agg(shown.example), '[]')
        from (select 'alert #' || b.number || ', ' || b.person as example from broken b order by b.number, b.person limit %(shown)s::int) shown
       ) as examples
limit 1;

-- name: nobody
-- Alerts that fire, whose escalation took steps, and of which nobody was told.
with broken as (
    select a.number
    from ladder l
    join alert a on a.id = l.alert_id and a.state = 'firing' and a.drill_id is null
    left join page p on p.alert_id = l.alert_id and p.climb = l.climb and p.state <> 'failed'
    left join outbox o on o.about_kind = 'alert' and o.about_id = a.id
    where l.state in ('waiting', 'exhausted') and l.taken > 0 and a.raised_at < %(before)s
      and p.id is null and o.id is null
)
select (select count(*)::int from broken) as broken,
       (select coalesce(jsonb_agg(shown.example), '[]')
        from (select 'alert #' || b.number as example from broken b order by b.number limit %(shown)s::int) shown
       ) as examples
limit 1;

-- name: unplanned
-- Messages that wait and have no moment at which they are sent.
with broken as (
    select o.wished_at, o.person, o.channel
    from outbox o
    left join due d on d.kind = 'send' and d.id = o.id
    where o.state = 'waiting' and o.drill_id is null and d.id is null
)
select (select count(*)::int from broken) as broken,
       (select coalesce(jsonb_agg(shown.example), '[]')
        from (select b.channel || ' to ' || b.person as example from broken b order by b.wished_at limit %(shown)s::int) shown
       ) as examples
limit 1;

-- name: plan_stopped
-- Plan the next step of escalations that live and have none: as due as their own row says.
insert into due (kind, id, due_at, urgency)
select 'ladder', l.alert_id, least(l.due_at, l.lapses_at), a.priority
from ladder l
join alert a on a.id = l.alert_id and a.state <> 'resolved' and a.drill_id is null
where l.state in ('waiting', 'answered') and coalesce(l.due_at, l.lapses_at) is not null
on conflict (kind, id) do nothing;

-- name: plan_unplanned
-- Plan messages that wait and have no moment: now.
insert into due (kind, id, due_at)
select 'send', o.id, %(now)s
from outbox o
where o.state = 'waiting' and o.drill_id is null
on conflict (kind, id) do nothing;

-- name: add
insert into audit (at, passed, broken) values (%(at)s, %(passed)s, %(broken)s)
on conflict (at) do nothing;

-- name: last
select a.at, a.passed, a.broken, a.beat_at
from audit a
order by a.at desc
limit 1;

-- name: beat
update audit set beat_at = %(now)s where at = %(at)s;

-- name: sweep
delete from audit where at < %(before)s;
