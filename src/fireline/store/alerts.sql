-- name: numbers
-- The numbers people will call the next alerts by.
select nextval(pg_get_serial_sequence('alert', 'number')) as number
from generate_series(1, %(many)s)
limit %(many)s::int;

-- name: add_many
insert into alert (id, number, key, title, description, priority, service, team, policy,
                   owner_reason, runbook, route, confidence, plan_revision, findings, symptoms,
                   live_symptoms, first_at, last_at, raised_at, pace, drill_id, again_of, flaps,
                   untold_why, told_by, suppressed_by, suppressed_until, state, acknowledged_at,
                   acknowledged_by, resolved_at, resolved_by, merged_into)
overriding system value
select n.id, n.number, n.key, n.title, n.description, n.priority, n.service, n.team, n.policy,
       n.owner_reason, n.runbook, n.route, n.confidence, n.plan_revision, n.findings, n.symptoms,
       n.live_symptoms, n.first_at, n.last_at, n.raised_at, n.pace, n.drill_id, n.again_of,
       n.flaps, n.untold_why, n.told_by, n.suppressed_by, n.suppressed_until, n.state,
       n.acknowledged_at, n.acknowledged_by, n.resolved_at, n.resolved_by, n.merged_into
from jsonb_populate_recordset(null::alert, %(rows)s) as n;

-- name: change_many
-- How alerts stand after what was heard.
update alert a
set title = n.title, priority = n.priority, runbook = n.runbook, findings = n.findings,
    symptoms = n.symptoms, live_symptoms = n.live_symptoms, first_at = n.first_at,
    last_at = n.last_at, state = n.state, acknowledged_at = n.acknowledged_at,
    acknowledged_by = n.acknowledged_by, resolved_at = n.resolved_at, resolved_by = n.resolved_by,
    merged_into = n.merged_into, untold_why = n.untold_why, confidence = n.confidence,
    snoozed_until = n.snoozed_until
from jsonb_populate_recordset(null::alert, %(rows)s) as n
where a.id = n.id;

-- name: lock_many
-- Alerts, held for this transaction, always in the same order.
select a.id, a.number, a.key, a.title, a.priority, a.state, a.service, a.team, a.policy,
       a.owner_reason, a.runbook, a.plan_revision, a.findings, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_at, a.acknowledged_by, a.resolved_at, a.resolved_by, a.pace, a.drill_id,
       a.description, a.symptoms, a.live_symptoms, a.confidence, a.route, a.again_of, a.flaps,
       a.merged_into, a.untold_why, a.told_by, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, a.assigned_to
from alert a
where a.id = any(%(ids)b::uuid[])
order by a.id
limit %(limit)s::int
for update;

-- name: opened_since
-- How many alerts each service of a world opened since a moment; unowned ones count together.
select coalesce(a.service, '') as service, count(*)::int as opened
from alert a
where a.raised_at > %(since)s and a.drill_id is not distinct from %(drill_id)s::uuid
group by 1
order by 1
limit %(limit)s::int;

-- name: spoken_for
-- An alert that fires and that a storm's summary, which nobody answered, speaks for.
select a.id as alert_id
from alert a
join alert storm on storm.id = a.told_by
where a.told_by = %(storm)s and a.state = 'firing' and storm.state = 'firing'
limit 1;

-- name: get
select a.id, a.number, a.key, a.title, a.priority, a.state, a.service, a.team, a.policy,
       a.owner_reason, a.runbook, a.plan_revision, a.findings, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_at, a.acknowledged_by, a.resolved_at, a.resolved_by, a.pace, a.drill_id,
       a.description, a.symptoms, a.live_symptoms, a.confidence, a.route, a.again_of, a.flaps,
       a.merged_into, a.untold_why, a.told_by, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, a.assigned_to
from alert a
where a.id = %(id)s
limit 1;

-- name: lock
-- One alert, held for this transaction. Everything that happens to an alert locks it first.
select a.id, a.number, a.key, a.title, a.priority, a.state, a.service, a.team, a.policy,
       a.owner_reason, a.runbook, a.plan_revision, a.findings, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_at, a.acknowledged_by, a.resolved_at, a.resolved_by, a.pace, a.drill_id,
       a.description, a.symptoms, a.live_symptoms, a.confidence, a.route, a.again_of, a.flaps,
       a.merged_into, a.untold_why, a.told_by, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, a.assigned_to
from alert a
where a.id = %(id)s
limit 1
for update;

-- name: numbered
select a.id, a.number, a.key, a.title, a.priority, a.state, a.service, a.team, a.policy,
       a.owner_reason, a.runbook, a.plan_revision, a.findings, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_at, a.acknowledged_by, a.resolved_at, a.resolved_by, a.pace, a.drill_id,
       a.description, a.symptoms, a.live_symptoms, a.confidence, a.route, a.again_of, a.flaps,
       a.merged_into, a.untold_why, a.told_by, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, a.assigned_to
from alert a
where a.number = %(number)s
limit 1;

-- name: alerts_of_findings
select f.finding_id, f.alert_id
from alert_finding f
where f.finding_id = any(%(finding_ids)b::uuid[])
order by f.finding_id
limit %(limit)s::int;

-- name: add_findings
insert into alert_finding (finding_id, alert_id, rule, title, priority, at, event, who, reason,
                           joined_at)
select u.finding_id, u.alert_id, u.rule, u.title, u.priority, u.at, u.event, u.who, u.reason,
       %(now)s
from unnest(%(finding_id)b::uuid[], %(alert_id)b::uuid[], %(rule)b::text[], %(title)b::text[],
            %(priority)s::int[], %(at)b::timestamptz[], %(event)b::text[], %(who)b::text[],
            %(reason)b::text[])
     as u (finding_id, alert_id, rule, title, priority, at, event, who, reason);

-- name: add_entities
insert into alert_entity (alert_id, kind, value)
select w.alert_id, w.kind, w.value
from unnest(%(alert_ids)b::uuid[], %(kinds)b::text[], %(values)b::text[])
     as w (alert_id, kind, value)
order by w.alert_id, w.kind, w.value
on conflict do nothing;

-- name: add_assets
insert into alert_asset (alert_id, kind, account, region, asset)
select w.alert_id, w.kind, w.account, w.region, w.asset
from unnest(%(alert_ids)b::uuid[], %(kinds)b::text[], %(accounts)b::text[], %(regions)b::text[],
            %(assets)b::text[])
     with ordinality as w (alert_id, kind, account, region, asset, place)
order by w.place
on conflict do nothing;

-- name: findings
select f.finding_id, f.rule, f.title, f.priority, f.at, f.event, f.who, f.reason, f.joined_at
from alert_finding f
where f.alert_id = %(alert_id)s
order by f.at, f.finding_id
limit %(limit)s::int;

-- name: entities
select e.kind, e.value
from alert_entity e
where e.alert_id = %(alert_id)s
order by e.kind, e.value
limit %(limit)s::int;

-- name: assets
select a.kind, a.account, a.region, a.asset
from alert_asset a
where a.alert_id = %(alert_id)s
order by a.place
limit %(limit)s::int;

-- name: acknowledge
update alert set state = 'acknowledged', acknowledged_at = %(now)s, acknowledged_by = %(by)s
where id = %(id)s and state = 'firing';

-- name: resolve
update alert set state = 'resolved', resolved_at = %(now)s, resolved_by = %(by)s
where id = %(id)s and state <> 'resolved';
