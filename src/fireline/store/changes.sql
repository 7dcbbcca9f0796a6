-- name: keep
-- Keep changes. One told anew keeps its first moment, unless it only waited to begin until now; a
-- call more within its minute is counted.
insert into change as c (id, source_id, drill_id, key, kind, title, description, service, hint,
                         actor, planned, at, revision, entities, assets, labels, links, times,
                         told_at, payload_id)
select n.id, n.source_id, n.drill_id, n.key, n.kind, n.title, n.description, n.service, n.hint,
       n.actor, n.planned, n.at, n.revision, n.entities, n.assets, n.labels, n.links, n.times,
       %(now)s, n.payload_id
from jsonb_populate_recordset(null::change, %(rows)s) as n
order by n.source_id, n.key
on conflict (source_id, key) do update
set title = case when c.kind = 'call' then c.title else excluded.title end,
    description = case
        when c.kind <> 'call' then coalesce(nullif(excluded.description, ''), c.description)
        when position(excluded.description in c.description) > 0 then c.description
        else left(c.description || ', ' || excluded.description, 2000) end,
    service = coalesce(excluded.service, c.service),
    hint = coalesce(nullif(excluded.hint, ''), c.hint),
    actor = coalesce(nullif(excluded.actor, ''), c.actor),
    planned = case when c.kind = 'call' and not c.planned then false
                   else coalesce(excluded.planned, c.planned) end,
    at = case when c.labels ->> 'progress' = 'waiting' then excluded.at
              else least(c.at, excluded.at) end,
    revision = coalesce(nullif(excluded.revision, ''), c.revision),
    entities = case when c.kind = 'call' and jsonb_array_length(c.entities) < 100
                    then c.entities || excluded.entities else excluded.entities end,
    assets = case when c.kind = 'call' and jsonb_array_length(c.assets) < 100
                  then c.assets || excluded.assets else excluded.assets end,
    labels = c.labels || excluded.labels,
    links = case when excluded.links = '[]' then c.links else excluded.links end,
    times = c.times + excluded.times,
    told_at = excluded.told_at
returning c.id, c.number;

-- name: near
-- What changed in one world in a span, the latest first: of some services, or about some things. Of
-- the things a change is about, only those are returned.
select c.id, c.kind, c.service, c.actor, c.planned, c.at, shared.things
from change c, lateral (
    select coalesce(jsonb_agg(e.thing), '[]') as things
    from jsonb_array_elements(c.entities) as e (thing)
    where e.thing ->> 1 = any(%(values)b::text[])
) as shared
where c.drill_id is not distinct from %(drill_id)s::uuid
  and c.at >= %(starts_at)s and c.at <= %(ends_at)s
  and (c.service = any(%(services)b::text[]) or shared.things <> '[]')
  -- What has not begun cannot have broken anything.
  and c.labels ->> 'progress' is distinct from 'waiting'
order by c.at desc, c.id desc
limit %(limit)s::int;

-- name: recorded
-- Where and on what changes were told of in a span, by whoever tells of them: not by the calls.
select c.service, c.hint, c.actor, c.at, c.assets
from change c
where c.drill_id is not distinct from %(drill_id)s::uuid and c.kind not in ('call', 'plan')
  and c.at >= %(starts_at)s and c.at <= %(ends_at)s
order by c.at desc, c.id desc
limit %(limit)s::int;

-- name: listed
-- Changes of one world, the latest first, before a cursor.
select c.id, c.number, s.name as source, c.drill_id, c.key, c.kind, c.title, c.description,
       c.service, c.hint, c.actor, c.planned, c.at, c.revision, c.assets, c.labels, c.links,
       c.times, c.told_at
from change c
join source s on s.id = c.source_id
where c.drill_id is not distinct from %(drill_id)s::uuid
  and (%(service)s::text is null or c.service = %(service)s)
  and (%(kind)s::text is null or c.kind = %(kind)s)
  and (not %(unplanned)s::bool or c.planned is false)
  and (%(since)s::timestamptz is null or c.at >= %(since)s)
  and (%(until)s::timestamptz is null or c.at < %(until)s)
  and (%(before)s::bigint is null
       or (c.at, c.id) < (select b.at, b.id from change b where b.number = %(before)s))
order by c.at desc, c.id desc
limit %(limit)s::int;

-- name: some
select c.id, c.number, s.name as source, c.drill_id, c.key, c.kind, c.title, c.description,
       c.service, c.hint, c.actor, c.planned, c.at, c.revision, c.assets, c.labels, c.links,
       c.times, c.told_at
from change c
join source s on s.id = c.source_id
where c.id = any(%(ids)b::uuid[])
limit %(limit)s::int;

-- name: numbered
select c.id, c.number, s.name as source, c.drill_id, c.key, c.kind, c.title, c.description,
       c.service, c.hint, c.actor, c.planned, c.at, c.revision, c.assets, c.labels, c.links,
       c.times, c.told_at
from change c
join source s on s.id = c.source_id
where c.number = %(number)s
limit 1;

-- name: alert
-- An alert, as the search for its cause sees it.
select a.id, a.drill_id, a.service, a.first_at
from alert a
where a.id = any(%(ids)b::uuid[])
limit %(limit)s::int;

-- name: felt
-- In which services some alerts show: since when, and in how many symptoms.
select s.service, min(s.first_at) as first_at, count(*)::int as symptoms
from symptom s
where s.alert_id = any(%(alerts)b::uuid[]) and s.service is not null
group by s.service
order by count(*) desc, min(s.first_at)
limit %(limit)s::int;

-- name: things
-- What some alerts are about: who acted, with what, on what.
select distinct e ->> 0 as kind, e ->> 1 as value
from symptom s, jsonb_array_elements(s.entities) as e
where s.alert_id = any(%(alerts)b::uuid[])
limit %(limit)s::int;

-- name: alerts_of_incident
select i.alert_id as id
from incident_alert i
where i.incident_id = %(incident_id)s
order by i.alert_id
limit %(limit)s::int;
