-- name: open
-- A page of the inbox: what is not over, most urgent first, then newest, after a place if one is
-- given. Empty filters let everything through. Only what is shown is looked at closely.
select a.id, a.number, a.title, a.priority, a.state, a.service, a.team, a.runbook, a.findings,
       a.symptoms, a.live_symptoms, a.flaps, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_by, a.assigned_to, a.resolved_at, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, a.untold_why, a.drill_id, t.number as told_by, g.number as again_of,
       m.number as merged_into, coalesce(p.people, '{}') as paged
from (
    select i.*
    from alert i
    where i.state <> 'resolved'
      and (not %(after)s::boolean or (-i.priority, i.raised_at, i.number)
          < (-%(after_priority)s::int, %(after_raised)s::timestamptz, %(after_number)s::bigint))
      and i.state = any(%(states)b::text[])
      and (cardinality(%(teams)b::text[]) = 0 or i.team = any(%(teams)b::text[]))
      and (cardinality(%(services)b::text[]) = 0 or i.service = any(%(services)b::text[]))
      and i.priority <= %(least)s
      and (cardinality(%(priorities)s::int[]) = 0 or i.priority = any(%(priorities)s::int[]))
      and (%(drill_id)s::uuid is null or i.drill_id = %(drill_id)s::uuid)
      and (%(drills)s::boolean or i.drill_id is null)
      and (not %(unrouted)s::boolean or i.service is null)
      and (%(snoozed)s::boolean is null
           or %(snoozed)s = (i.snoozed_until is not null and i.snoozed_until > %(now)s))
      and (%(suppressed)s::boolean is null or %(suppressed)s = (i.suppressed_by is not null))
      and (%(text)s = '' or i.title ilike %(like)s or i.service ilike %(like)s
           or i.id in (select e.alert_id from alert_entity e where e.value = %(text)s))
    order by (-i.priority) desc, i.raised_at desc, i.number desc
    limit %(limit)s::int offset %(offset)s::int
) a
left join alert t on t.id = a.told_by
left join alert g on g.id = a.again_of
left join alert m on m.id = a.merged_into
left join lateral (
    select array_agg(distinct w.person) as people
    from page w
    where w.alert_id = a.id and w.state in ('wished', 'sent')
) p on true
order by (-a.priority) desc, a.raised_at desc, a.number desc
limit %(limit)s::int;

-- name: over
-- What is over, the latest first.
select a.id, a.number, a.title, a.priority, a.state, a.service, a.team, a.runbook, a.findings,
       a.symptoms, a.live_symptoms, a.flaps, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_by, a.assigned_to, a.resolved_at, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, a.untold_why, a.drill_id, t.number as told_by, g.number as again_of,
       m.number as merged_into, '{}'::text[] as paged
from (
    select i.*
    from alert i
    where i.state = 'resolved'
      and (not %(after)s::boolean or (i.resolved_at, i.number)
          < (%(after_resolved)s::timestamptz, %(after_number)s::bigint))
      and (cardinality(%(teams)b::text[]) = 0 or i.team = any(%(teams)b::text[]))
      and (cardinality(%(services)b::text[]) = 0 or i.service = any(%(services)b::text[]))
      and i.priority <= %(least)s
      and (cardinality(%(priorities)s::int[]) = 0 or i.priority = any(%(priorities)s::int[]))
      and (%(drill_id)s::uuid is null or i.drill_id = %(drill_id)s::uuid)
      and (%(drills)s::boolean or i.drill_id is null)
      and (not %(unrouted)s::boolean or i.service is null)
      and (%(text)s = '' or i.title ilike %(like)s or i.service ilike %(like)s
           or i.id in (select e.alert_id from alert_entity e where e.value = %(text)s))
    order by i.resolved_at desc, i.number desc
    limit %(limit)s::int offset %(offset)s::int
) a
left join alert t on t.id = a.told_by
left join alert g on g.id = a.again_of
left join alert m on m.id = a.merged_into
order by a.resolved_at desc, a.number desc
limit %(limit)s::int;

-- name: count
-- How many a filter lets through, counted no further than anybody needs to know.
select count(*)::bigint as total
from (
    select
    from alert i
    where i.state = any(%(states)b::text[])
      and (cardinality(%(teams)b::text[]) = 0 or i.team = any(%(teams)b::text[]))
      and (cardinality(%(services)b::text[]) = 0 or i.service = any(%(services)b::text[]))
      and i.priority <= %(least)s
      and (cardinality(%(priorities)s::int[]) = 0 or i.priority = any(%(priorities)s::int[]))
      and (%(drill_id)s::uuid is null or i.drill_id = %(drill_id)s::uuid)
      and (%(drills)s::boolean or i.drill_id is null)
      and (not %(unrouted)s::boolean or i.service is null)
      and (%(snoozed)s::boolean is null
           or %(snoozed)s = (i.snoozed_until is not null and i.snoozed_until > %(now)s))
      and (%(suppressed)s::boolean is null or %(suppressed)s = (i.suppressed_by is not null))
      and (%(text)s = '' or i.title ilike %(like)s or i.service ilike %(like)s
           or i.id in (select e.alert_id from alert_entity e where e.value = %(text)s))
    limit %(most)s::int
) c
limit 1;

-- name: storms
-- The storms that speak for alerts now, and for how many.
select s.number, s.title, s.priority, count(*)::bigint as speaks_for
from alert a
join alert s on s.id = a.told_by
where a.told_by is not null and a.state = 'firing' and s.state <> 'resolved'
  and (%(drill_id)s::uuid is null or a.drill_id = %(drill_id)s::uuid)
group by s.id
order by s.priority, s.raised_at desc
limit %(limit)s::int;

-- name: place
-- Where an alert stands in the lists.
select a.number, a.priority, a.raised_at, a.resolved_at
from alert a
where a.number = %(number)s
limit 1;
