-- name: lock_world
-- Let one transaction at a time raise alerts in a world, so that no problem opens two alerts.
select pg_advisory_xact_lock(hashtextextended(%(world)s, 0))::text as locked;

-- name: add
insert into alert (id, key, title, priority, service, team, policy, owner_reason, runbook,
                   plan_revision, findings, first_at, last_at, raised_at, pace, drill_id)
values (%(id)s, %(key)s, %(title)s, %(priority)s, %(service)s, %(team)s, %(policy)s,
        %(owner_reason)s, %(runbook)s, %(plan_revision)s, 1, %(at)s, %(at)s, %(now)s, %(pace)s,
        %(drill_id)s);

-- name: grow
-- One more finding: how the alert stands after it.
update alert
set findings = findings + 1, first_at = least(first_at, %(at)s), last_at = greatest(last_at, %(at)s),
    priority = %(priority)s, title = %(title)s, runbook = %(runbook)s
where id = %(id)s;

-- name: get
select a.id, a.number, a.key, a.title, a.priority, a.state, a.service, a.team, a.policy,
       a.owner_reason, a.runbook, a.plan_revision, a.findings, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_at, a.acknowledged_by, a.resolved_at, a.resolved_by, a.pace, a.drill_id
from alert a
where a.id = %(id)s
limit 1;

-- name: lock
-- One alert, held for this transaction. Everything that happens to an alert locks it first.
select a.id, a.number, a.key, a.title, a.priority, a.state, a.service, a.team, a.policy,
       a.owner_reason, a.runbook, a.plan_revision, a.findings, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_at, a.acknowledged_by, a.resolved_at, a.resolved_by, a.pace, a.drill_id
from alert a
where a.id = %(id)s
limit 1
for update;

-- name: numbered
select a.id, a.number, a.key, a.title, a.priority, a.state, a.service, a.team, a.policy,
       a.owner_reason, a.runbook, a.plan_revision, a.findings, a.first_at, a.last_at, a.raised_at,
       a.acknowledged_at, a.acknowledged_by, a.resolved_at, a.resolved_by, a.pace, a.drill_id
from alert a
where a.number = %(number)s
limit 1;

-- name: sharing
-- What the live alerts of one world share with a finding; those alerts are held.
select a.id as alert_id, a.raised_at, e.kind, e.value
from alert_entity e
join alert a on a.id = e.alert_id
where a.state <> 'resolved' and a.drill_id is not distinct from %(drill_id)s::uuid
  and (e.kind, e.value) in
      (select w.kind, w.value from unnest(%(kinds)s::text[], %(values)s::text[]) as w (kind, value))
order by a.raised_at, a.id
limit %(limit)s::int
for update of a;

-- name: alert_of_finding
select f.alert_id
from alert_finding f
where f.finding_id = %(finding_id)s
limit 1;

-- name: heard
-- Whether an alert has heard of one rule about one doer.
select f.alert_id
from alert_finding f
where f.alert_id = %(alert_id)s and f.rule = %(rule)s and f.who = %(who)s
limit 1;

-- name: add_finding
insert into alert_finding (finding_id, alert_id, rule, title, priority, at, event, who, reason,
                           joined_at)
values (%(finding_id)s, %(alert_id)s, %(rule)s, %(title)s, %(priority)s, %(at)s, %(event)s,
        %(who)s, %(reason)s, %(now)s);

-- name: add_entities
insert into alert_entity (alert_id, kind, value)
select %(alert_id)s, w.kind, w.value
from unnest(%(kinds)s::text[], %(values)s::text[]) as w (kind, value)
on conflict do nothing;

-- name: add_assets
insert into alert_asset (alert_id, kind, account, region, asset)
select %(alert_id)s, w.kind, w.account, w.region, w.asset
from unnest(%(kinds)s::text[], %(accounts)s::text[], %(regions)s::text[], %(assets)s::text[])
     with ordinality as w (kind, account, region, asset, place)
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

-- name: list
-- The inbox: most urgent first, then newest. Empty filters let everything through.
select a.id, a.number, a.title, a.priority, a.state, a.service, a.team, a.runbook, a.findings,
       a.first_at, a.last_at, a.raised_at, a.acknowledged_by, a.resolved_at, a.drill_id,
       coalesce(p.people, '{}') as paged
from alert a
left join lateral (
    select array_agg(g.person order by g.person) as people
    from page g
    where g.alert_id = a.id and g.state in ('wished', 'sent')
) p on true
where a.state = any(%(states)s::text[])
  and (cardinality(%(teams)s::text[]) = 0 or a.team = any(%(teams)s::text[]))
  and (cardinality(%(services)s::text[]) = 0 or a.service = any(%(services)s::text[]))
  and a.priority <= %(least)s
  and (%(drill_id)s::uuid is null or a.drill_id = %(drill_id)s::uuid)
  and (%(drills)s::boolean or a.drill_id is null)
order by a.priority, a.raised_at desc, a.number desc
limit %(limit)s::int offset %(offset)s::int;

-- name: count
select count(*)::bigint as total
from alert a
where a.state = any(%(states)s::text[])
  and (cardinality(%(teams)s::text[]) = 0 or a.team = any(%(teams)s::text[]))
  and (cardinality(%(services)s::text[]) = 0 or a.service = any(%(services)s::text[]))
  and a.priority <= %(least)s
  and (%(drill_id)s::uuid is null or a.drill_id = %(drill_id)s::uuid)
  and (%(drills)s::boolean or a.drill_id is null)
limit 1;
