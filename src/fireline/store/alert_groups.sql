-- name: hold_world
-- Wait for the sorter's turn to end and let it take no other before this transaction does.
select s.turn
from sorting s
where s.world = %(world)s
limit 1
for update;

-- name: chosen
-- Some of an alert's symptoms.
select s.id, s.number, s.title, s.kind, s.description, s.priority, s.state, s.service, s.times,
       s.first_at, s.last_at, s.linked_to, o.name as source, s.entities
from symptom s
join source o on o.id = s.source_id
where s.alert_id = %(alert_id)s and s.id = any(%(ids)b::uuid[])
order by s.first_at, s.number
limit %(limit)s::int;

-- name: first
-- What an alert began with, other than one symptom.
select s.id, s.number, s.title, s.kind, s.description, s.priority, s.state, s.service, s.times,
       s.first_at, s.last_at, s.linked_to, o.name as source, s.entities
from symptom s
join source o on o.id = s.source_id
where s.alert_id = %(alert_id)s and s.id <> %(other_than)s
order by s.id = %(rather)s::uuid desc, s.first_at, s.number
limit 1;

-- name: numbered
-- The symptoms people call by these numbers, wherever they are.
select s.id, s.number, s.alert_id
from symptom s
where s.number = any(%(numbers)s::bigint[])
order by s.number
limit %(limit)s::int;

-- name: explain
-- Where a person put them together, that is why what opened an alert of its own is here.
update symptom
set reason = 'merged', because = %(because)s, linked_to = null, link_confidence = null
where alert_id = %(alert_id)s and linked_to is null;

-- name: rejoin
-- Alerts were made one again, or one of alerts that others were split off from. The symptoms have
-- moved already.
update symptom s
set apart_from = nullif(m.into_id, s.alert_id)
from unnest(%(alerts)b::uuid[], %(intos)b::uuid[]) as m (alert_id, into_id)
where s.apart_from = m.alert_id or (s.apart_from = m.into_id and s.alert_id = m.into_id);

-- name: move_findings
update alert_finding f set alert_id = m.into_id
from unnest(%(alerts)b::uuid[], %(intos)b::uuid[]) as m (alert_id, into_id)
where f.alert_id = m.alert_id;

-- name: copy_entities
insert into alert_entity (alert_id, kind, value)
select distinct m.into_id, e.kind, e.value
from unnest(%(alerts)b::uuid[], %(intos)b::uuid[]) as m (alert_id, into_id)
join alert_entity e on e.alert_id = m.alert_id
on conflict do nothing;

-- name: copy_assets
insert into alert_asset (alert_id, kind, account, region, asset)
select m.into_id, s.kind, s.account, s.region, s.asset
from unnest(%(alerts)b::uuid[], %(intos)b::uuid[]) as m (alert_id, into_id)
join alert_asset s on s.alert_id = m.alert_id
order by s.place
on conflict do nothing;

-- name: move_links
-- A link that was sent for one alert acknowledges the one it became part of.
update link l set alert_id = m.into_id
from unnest(%(alerts)b::uuid[], %(intos)b::uuid[]) as m (alert_id, into_id)
where l.alert_id = m.alert_id;

-- name: join_incident
-- An alert takes over the incident of one that became part of it, unless it has its own.
insert into incident_alert (alert_id, incident_id, joined_at, joined_by)
select distinct on (m.into_id) m.into_id, i.incident_id, %(now)s, %(by)s
from unnest(%(alerts)b::uuid[], %(intos)b::uuid[]) as m (alert_id, into_id)
join incident_alert i on i.alert_id = m.alert_id
order by m.into_id, i.joined_at
on conflict do nothing;

-- name: absorb
-- How an alert stands with what it took in.
update alert a
set findings = a.findings + o.findings, symptoms = a.symptoms + o.symptoms,
    live_symptoms = a.live_symptoms + o.live, first_at = least(a.first_at, o.first_at),
    last_at = greatest(a.last_at, o.last_at), priority = least(a.priority, o.priority),
    runbook = coalesce(a.runbook, o.runbook), confidence = greatest(a.confidence, o.confidence)
from (
    select sum(m.findings)::int as findings, sum(m.symptoms)::int as symptoms,
           sum(m.live_symptoms)::int as live, min(m.first_at) as first_at,
           max(m.last_at) as last_at, min(m.priority) as priority, min(m.runbook) as runbook,
           max(m.confidence) as confidence
    from alert m
    where m.id = any(%(others)b::uuid[])
) o
where a.id = %(into)s;

-- name: fold
-- Alerts that are part of another now.
update alert
set state = 'resolved', resolved_at = %(now)s, resolved_by = %(by)s, merged_into = %(into)s,
    findings = 0, symptoms = 0, live_symptoms = 0, snoozed_until = null
where id = any(%(others)b::uuid[]);

-- name: raise
-- An alert of what is split off another, whose owner it has unless a service claims it.
insert into alert (id, key, title, description, priority, service, team, policy, owner_reason,
                   runbook, route, confidence, plan_revision, findings, symptoms, live_symptoms,
                   first_at, last_at, raised_at, pace, drill_id, suppressed_by, suppressed_until)
select %(id)s::uuid, p.key || '/split/' || (%(id)s::uuid)::text, %(title)s, %(description)s, %(priority)s,
       %(service)s, %(team)s, %(policy)s, %(owner_reason)s, p.runbook, p.route, p.confidence,
       %(plan_revision)s, 0, %(symptoms)s, %(live)s, %(first_at)s, %(last_at)s, %(now)s, p.pace,
       p.drill_id, p.suppressed_by, p.suppressed_until
from alert p
where p.id = %(alert_id)s;

-- name: split_off
update symptom
set alert_id = %(into)s, apart_from = %(alert_id)s, linked_to = null,
    link_confidence = null, reason = 'split', because = %(because)s
where alert_id = %(alert_id)s and id = any(%(ids)b::uuid[]);

-- name: shed
-- How an alert stands without what was split off.
update alert
set symptoms = symptoms - %(symptoms)s, live_symptoms = live_symptoms - %(live)s
where id = %(id)s;

-- name: entities_of_symptoms
insert into alert_entity (alert_id, kind, value)
select distinct %(alert_id)s::uuid, e.pair ->> 0, e.pair ->> 1
from symptom s
cross join jsonb_array_elements(s.entities) as e (pair)
where s.alert_id = %(alert_id)s
on conflict do nothing;

-- name: assets_of_entities
-- The assets of the alert they came from that the symptoms name, by id or as the end of an ARN.
insert into alert_asset (alert_id, kind, account, region, asset)
select %(alert_id)s::uuid, s.kind, s.account, s.region, s.asset
from alert_asset s
where s.alert_id = %(came_from)s and exists (
    select from alert_entity e
    where e.alert_id = %(alert_id)s
      and (e.value = s.asset or right(e.value, length(s.asset) + 1) in ('/' || s.asset,
                                                                       ':' || s.asset))
)
order by s.place
on conflict do nothing;

-- name: symptom
-- One symptom, wherever it is.
select s.id, s.number, s.title, s.kind, s.description, s.priority, s.state, s.service, s.times,
       s.first_at, s.last_at, s.linked_to, o.name as source, s.entities
from symptom s
join source o on o.id = s.source_id
where s.id = %(id)s
limit 1;
