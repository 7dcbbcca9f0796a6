-- name: add
insert into run (id, incident_id, incident_name, runbook_id, plan_revision, requested_by,
                 requested_at, pace, drill_id)
values (%(id)s, %(incident_id)s, %(incident_name)s, %(runbook_id)s, %(plan_revision)s,
        %(requested_by)s, %(now)s, %(pace)s, %(drill_id)s);

-- name: running
-- The run of a runbook that is on its way in an incident.
select r.id, r.number, r.incident_id, r.incident_name, r.runbook_id, r.plan_revision,
       r.requested_by, r.requested_at, r.state, r.why, r.ended_at, r.pace, r.drill_id, r.fence
from run r
where r.incident_id = %(incident_id)s and r.runbook_id = %(runbook_id)s and r.state = 'running'
limit 1;

-- name: lock
select r.id, r.number, r.incident_id, r.incident_name, r.runbook_id, r.plan_revision,
       r.requested_by, r.requested_at, r.state, r.why, r.ended_at, r.pace, r.drill_id, r.fence
from run r
where r.id = %(id)s
limit 1
for update;

-- name: take
-- Let one engine work on a run. Nothing: another one holds it.
update run r
set fence = r.fence + 1, lease_until = %(until)s
where r.id = %(id)s and (r.lease_until is null or r.lease_until <= %(now)s)
returning r.id, r.number, r.incident_id, r.incident_name, r.runbook_id, r.plan_revision,
          r.requested_by, r.requested_at, r.state, r.why, r.ended_at, r.pace, r.drill_id, r.fence;

-- name: hold
-- Lock the run for this transaction and keep it a while longer. Nothing: a later engine has it.
update run r
set lease_until = %(until)s
where r.id = %(id)s and r.fence = %(fence)s
returning r.id, r.number, r.incident_id, r.incident_name, r.runbook_id, r.plan_revision,
          r.requested_by, r.requested_at, r.state, r.why, r.ended_at, r.pace, r.drill_id, r.fence;

-- name: release
update run set lease_until = null where id = %(id)s and fence = %(fence)s;

-- name: end_run
update run set state = %(state)s, why = %(why)s, ended_at = %(now)s
where id = %(id)s and state = 'running';

-- name: get
select r.id, r.number, r.incident_id, r.incident_name, r.runbook_id, r.plan_revision,
       r.requested_by, r.requested_at, r.state, r.why, r.ended_at, r.pace, r.drill_id, r.fence
from run r
where r.id = %(id)s
limit 1;

-- name: numbered
select r.id, r.number, r.incident_id, r.incident_name, r.runbook_id, r.plan_revision,
       r.requested_by, r.requested_at, r.state, r.why, r.ended_at, r.pace, r.drill_id, r.fence
from run r
where r.number = %(number)s
limit 1;

-- name: of_incident
select r.id, r.number, r.incident_id, r.incident_name, r.runbook_id, r.plan_revision,
       r.requested_by, r.requested_at, r.state, r.why, r.ended_at, r.pace, r.drill_id, r.fence
from run r
where r.incident_id = %(incident_id)s
order by r.number
limit %(limit)s::int;

-- name: add_step
insert into run_step (run_id, position, step_id, asset_kind, asset_account, asset_id, asset_region)
values (%(run_id)s, %(position)s, %(step_id)s, %(asset_kind)s, %(asset_account)s, %(asset_id)s,
        %(asset_region)s);

-- name: steps
select s.run_id, s.position, s.step_id, s.asset_kind, s.asset_account, s.asset_id, s.asset_region,
       s.state, s.why, s.tries, s.rounds, s.due_at, s.started_at, s.ended_at, s.answer,
       s.answered_by
from run_step s
where s.run_id = %(run_id)s
order by s.position
limit %(limit)s::int;

-- name: set_step
update run_step
set state = %(state)s, why = %(why)s, tries = %(tries)s, rounds = %(rounds)s, due_at = %(due_at)s,
    started_at = coalesce(started_at, %(now)s),
    ended_at = case when %(ended)s then %(now)s::timestamptz end
where run_id = %(run_id)s and position = %(position)s;

-- name: answer_step
update run_step
set state = 'done', answer = %(answer)s, answered_by = %(by)s, ended_at = %(now)s
where run_id = %(run_id)s and position = %(position)s and state = 'waiting' and asset_id is null;

-- name: subject
-- The incident a run is for, as far as a run needs to know it.
select i.id, i.number, i.pace, i.drill_id, i.ended_at
from incident i
where i.id = %(id)s
limit 1
for share;

-- name: assets
-- What the alerts of an incident are about, in the order first seen.
select a.kind, a.account, a.asset as id, a.region
from alert_asset a
join incident_alert l on l.alert_id = a.alert_id
where l.incident_id = %(incident_id)s
order by a.place
limit %(limit)s::int;
