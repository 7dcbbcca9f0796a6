-- name: add
insert into drill (id, scenario, title, pace, plan_revision, state, started_by, started_at)
values (%(id)s, %(scenario)s, %(title)s, %(pace)s, %(plan_revision)s, 'starting', %(started_by)s,
        %(now)s)
returning number;

-- name: get
select d.id, d.number, d.scenario, d.title, d.pace, d.plan_revision, d.state, d.started_by,
       d.started_at, d.ready_at, d.attack_at, d.finished_at, d.world, d.steps, d.result,
       d.failed_step, d.lesson
from drill d
where d.id = %(id)s
limit 1;

-- name: lock
-- One drill, held for this transaction.
select d.id, d.number, d.scenario, d.title, d.pace, d.plan_revision, d.state, d.started_by,
       d.started_at, d.ready_at, d.attack_at, d.finished_at, d.world, d.steps, d.result,
       d.failed_step, d.lesson
from drill d
where d.id = %(id)s
limit 1
for update;

-- name: numbered
select d.id, d.number, d.scenario, d.title, d.pace, d.plan_revision, d.state, d.started_by,
       d.started_at, d.ready_at, d.attack_at, d.finished_at, d.world, d.steps, d.result,
       d.failed_step, d.lesson
from drill d
where d.number = %(number)s
limit 1;

-- name: listed
-- Drills, the newest first; only those that are still going, when asked so.
select d.id, d.number, d.scenario, d.title, d.pace, d.plan_revision, d.state, d.started_by,
       d.started_at, d.ready_at, d.attack_at, d.finished_at, d.world, d.steps, d.result,
       d.failed_step, d.lesson
from drill d
where not %(open_only)s::bool or d.state in ('starting', 'running')
order by d.number desc
limit %(limit)s::int;

-- name: set_ready
update drill set state = 'running', world = %(world)s, ready_at = coalesce(ready_at, %(now)s)
where id = %(id)s and state in ('starting', 'running');

-- name: set_progress
update drill set attack_at = coalesce(attack_at, %(attack_at)s), steps = %(steps)s
where id = %(id)s;

-- name: set_finished
update drill
set state = %(state)s, finished_at = %(now)s, result = %(result)s, failed_step = %(failed_step)s
where id = %(id)s and finished_at is null;

-- name: set_lesson
update drill set lesson = %(lesson)s where id = %(id)s;

-- name: paces
select d.id, d.pace
from drill d
where d.id = any(%(ids)b::uuid[])
limit 1000;

-- name: keys_made
-- Credentials somebody was given in a drill's world, in order.
select s.who_kind, s.who_name, s.who_arn, s.who_account, s.who_key, s.who_address, s.who_agent,
       coalesce(s.record #>> '{responseElements,accessKey,accessKeyId}',
                s.record #>> '{responseElements,credentials,accessKeyId}', '') as key
from signal s
where s.drill_id = %(drill_id)s and s.outcome = 'succeeded'
  and s.kind in ('iam.CreateAccessKey', 'sts.GetSessionToken', 'sts.GetFederationToken',
                 'sts.AssumeRole')
order by s.occurred_at, s.id
limit %(limit)s::int;

-- name: changes
-- Calls that changed a drill's world, in order.
select s.occurred_at, s.kind, s.who_kind, s.who_name, s.who_arn, s.who_account, s.who_key,
       s.who_address, s.who_agent, s.assets
from signal s
where s.drill_id = %(drill_id)s and not s.read_only and s.outcome = 'succeeded'
order by s.occurred_at, s.id
limit %(limit)s::int;

-- name: heard
-- When the first signal of a drill's world came, and what the attacker did and found.
select (select min(s.received_at) from signal s where s.drill_id = %(drill_id)s) as first_at,
       (select min(s.occurred_at) from signal s
        where s.drill_id = %(drill_id)s
          and (s.who_key = any(%(keys)b::text[]) or s.who_address = any(%(addresses)b::text[]))
       ) as attack_at,
       (select max(s.occurred_at) from signal s
        where s.drill_id = %(drill_id)s and s.outcome = 'succeeded'
          and (s.who_key = any(%(keys)b::text[]) or s.who_address = any(%(addresses)b::text[]))
       ) as succeeded_at,
       (select max(s.occurred_at) from signal s
        where s.drill_id = %(drill_id)s and s.outcome = 'refused'
          and (s.who_key = any(%(keys)b::text[]) or s.who_address = any(%(addresses)b::text[]))
       ) as refused_at,
       (select min(f.found_at) from finding f join signal s on s.id = f.signal_id
        where f.drill_id = %(drill_id)s
          and (s.who_key = any(%(keys)b::text[]) or s.who_address = any(%(addresses)b::text[]))
       ) as detected_at
limit 1;

-- name: told
-- When the drill's alerts were raised, reached somebody, and were acknowledged first.
select (select min(a.raised_at) from alert a where a.drill_id = %(drill_id)s) as raised_at,
       (select min(d.at)
        from delivery d
        join outbox o on o.id = d.outbox_id
        join page p on o.about_kind = 'page' and o.about_id = p.id
        join alert a on a.id = p.alert_id
        where a.drill_id = %(drill_id)s and d.outcome = 'delivered') as paged_at,
       (select min(a.acknowledged_at) from alert a where a.drill_id = %(drill_id)s)
           as acknowledged_at,
       (select a.acknowledged_by from alert a
        where a.drill_id = %(drill_id)s and a.acknowledged_at is not null
        order by a.acknowledged_at limit 1) as acknowledged_by
limit 1;

-- name: alerts
select a.id, a.number
from alert a
where a.drill_id = %(drill_id)s
order by a.number
limit %(limit)s::int;

-- name: incident
-- The incident a drill led to: the first that was declared.
select i.id, i.number, i.priority, i.category, i.declared_at, i.recovered_at,
       case when i.state = 'closed' then i.ended_at end as closed_at,
       (select r.closed_at from review r where r.incident_id = i.id) as reviewed_at,
       (select count(*) from incident_item t where t.incident_id = i.id)::int as asked,
       (select count(*) from incident_item t
        where t.incident_id = i.id and t.answered_at is not null)::int as answered
from incident i
where i.drill_id = %(drill_id)s and i.state not in ('dismissed', 'merged')
order by i.declared_at nulls last, i.number
limit 1;

-- name: updates
-- Updates that were owed to people, by now.
select l.due_at, case when l.standing = 'met' then l.reached_at end as posted_at
from incident_deadline l
where l.incident_id = %(incident_id)s and l.kind = 'update' and l.standing in ('met', 'missed')
order by l.due_at, l.id
limit %(limit)s::int;

-- name: roles
select r.role, r.person, r.since, r.until
from incident_role r
where r.incident_id = %(incident_id)s
order by r.since, r.id
limit %(limit)s::int;

-- name: evidence
select e.asset_kind, e.asset_account, e.asset_id, e.asset_region, e.collected_at
from evidence e
join run r on r.id = e.run_id
where r.drill_id = %(drill_id)s
order by e.collected_at, e.id
limit %(limit)s::int;

-- name: actions
-- Actions of a drill's runs, who asked for each, and who said yes to exactly that.
select a.kind, a.asset_kind, a.asset_account, a.asset_id, a.asset_region,
       array[(a.call ->> 'service') || '.' || (a.call ->> 'operation'),
             (a.inverse ->> 'service') || '.' || (a.inverse ->> 'operation')] as calls,
       a.state, r.requested_by,
       coalesce((select array_agg(v.person order by v.person)
                 from approval p
                 join approval_vote v on v.approval_id = p.id and v.decision = 'approve'
                 where p.action_id = a.id and p.state = 'approved'), '{}') as approvers,
       a.executed_at, a.verified_at
from action a
join run r on r.id = a.run_id
where r.drill_id = %(drill_id)s
order by a.planned_at, a.id
limit %(limit)s::int;
