-- name: add
insert into incident (id, title, state, priority, category, operational, runbook, declare_offer_at,
                      plan_revision, drill_id, pace, first_at, opened_at, opened_by, declared_at,
                      update_every, next_update_due)
values (%(id)s, %(title)s, %(state)s, %(priority)s, %(category)s, %(operational)s, %(runbook)s,
        %(declare_offer_at)s, %(plan_revision)s, %(drill_id)s, %(pace)s, %(first_at)s,
        %(opened_at)s, %(opened_by)s, %(declared_at)s, %(update_every)s, %(next_update_due)s);

-- name: lock
select i.id, i.number, i.title, i.state, i.episode, i.priority, i.category, i.operational, i.frame,
       i.runbook, i.declare_offer_at, i.plan_revision, i.drill_id, i.pace, i.first_at, i.opened_at,
       i.opened_by, i.declared_at, i.contained_at, i.eradicated_at, i.recovered_at, i.in_review_at,
       i.ended_at, i.update_every, i.next_update_due, i.dismissal_by, i.dismissal_why, i.merged_into
from incident i
where i.id = %(id)s
limit 1
for update;

-- name: numbered
select i.id, i.number, i.title, i.state, i.episode, i.priority, i.category, i.operational, i.frame,
       i.runbook, i.declare_offer_at, i.plan_revision, i.drill_id, i.pace, i.first_at, i.opened_at,
       i.opened_by, i.declared_at, i.contained_at, i.eradicated_at, i.recovered_at, i.in_review_at,
       i.ended_at, i.update_every, i.next_update_due, i.dismissal_by, i.dismissal_why, i.merged_into
from incident i
where i.number = %(number)s
limit 1;

-- name: get
select i.id, i.number, i.title, i.state, i.episode, i.priority, i.category, i.operational, i.frame,
       i.runbook, i.declare_offer_at, i.plan_revision, i.drill_id, i.pace, i.first_at, i.opened_at,
       i.opened_by, i.declared_at, i.contained_at, i.eradicated_at, i.recovered_at, i.in_review_at,
       i.ended_at, i.update_every, i.next_update_due, i.dismissal_by, i.dismissal_why, i.merged_into
from incident i
where i.id = %(id)s
limit 1;

-- name: listed
-- Open ones first, the most urgent first among them, then the latest.
select i.id, i.number, i.title, i.state, i.priority, i.category, i.drill_id, i.opened_at,
       i.ended_at, i.next_update_due,
       (select r.person from incident_role r
        where r.incident_id = i.id and r.role = 'lead' and r.until is null limit 1) as lead
from incident i
where (%(states)b::text[] is null or i.state = any(%(states)b::text[]))
  and (not %(open_only)s::bool or i.ended_at is null)
  and (%(drills)s::bool is null or (i.drill_id is not null) = %(drills)s::bool)
order by (i.ended_at is null) desc, case when i.ended_at is null then i.priority end, i.number desc
limit %(limit)s::int;

-- name: set_state
update incident
set state = %(state)s, episode = %(episode)s, operational = %(operational)s,
    category = %(category)s, declared_at = %(declared_at)s, contained_at = %(contained_at)s,
    eradicated_at = %(eradicated_at)s, recovered_at = %(recovered_at)s,
    in_review_at = %(in_review_at)s, ended_at = %(ended_at)s,
    next_update_due = %(next_update_due)s, dismissal_by = null, dismissal_why = ''
where id = %(id)s;

-- name: set_merged
update incident
set state = 'merged', merged_into = %(into)s, ended_at = %(now)s, next_update_due = null
where id = %(id)s;

-- name: set_category
update incident
set category = %(category)s, operational = %(operational)s, runbook = %(runbook)s
where id = %(id)s;

-- name: set_priority
update incident
set priority = %(priority)s, update_every = %(update_every)s
where id = %(id)s;

-- name: set_frame
update incident set frame = %(frame)s where id = %(id)s;

-- name: set_next_update
update incident set next_update_due = %(next_update_due)s where id = %(id)s;

-- name: propose_dismissal
update incident set dismissal_by = %(by)s, dismissal_why = %(why)s where id = %(id)s;

-- name: lock_alerts
-- Lock alerts before asking whether they are free: a lock that waited would answer from the past.
select a.id
from alert a
where a.id = any(%(ids)b::uuid[])
order by a.id
limit %(limit)s::int
for no key update;

-- name: alerts_to_join
-- The alerts an incident is opened from, with the incident each belongs to already.
select a.id, a.number, a.title, a.priority, a.first_at, a.acknowledged_at, a.pace, a.drill_id,
       a.runbook, (select i.number from incident_alert ia join incident i on i.id = ia.incident_id
                   where ia.alert_id = a.id) as incident
from alert a
where a.id = any(%(ids)b::uuid[])
order by a.id
limit %(limit)s::int;

-- name: join_alert
insert into incident_alert (alert_id, incident_id, joined_at, joined_by)
values (%(alert_id)s, %(incident_id)s, %(now)s, %(by)s);

-- name: move_alerts
update incident_alert set incident_id = %(into)s where incident_id = %(id)s;

-- name: alerts_of
select a.id, a.number, a.title, a.priority, a.state, a.service, a.first_at, a.acknowledged_at
from incident_alert ia
join alert a on a.id = ia.alert_id
where ia.incident_id = %(id)s
order by a.number
limit %(limit)s::int;

-- name: drop_inputs
delete from incident_input where incident_id = %(incident_id)s;

-- name: add_input
insert into incident_input (incident_id, position, name, kind, required)
values (%(incident_id)s, %(position)s, %(name)s, %(kind)s, %(required)s);

-- name: inputs_of
-- The inputs of the suggested runbook.
select n.name, n.kind, n.required
from incident_input n
where n.incident_id = %(id)s
order by n.position
limit %(limit)s::int;

-- name: assets_of
-- What the alerts involve, each once, in the order it was first seen.
select s.kind, s.account, s.region, s.asset
from incident_alert ia
join alert_asset s on s.alert_id = ia.alert_id
where ia.incident_id = %(id)s
group by s.kind, s.account, s.region, s.asset
order by min(s.place)
limit %(limit)s::int;

-- name: name_vector
-- Name a way in, or accept its risk. Naming it again does not take the acceptance back.
insert into incident_vector as v (incident_id, asset, cover, note, by, at)
values (%(incident_id)s, %(asset)s, %(cover)s, %(note)s, %(by)s, %(now)s)
on conflict (incident_id, asset) do update
set cover = excluded.cover, note = excluded.note, by = excluded.by, at = excluded.at
where v.cover = 'open';

-- name: vectors_of
select v.asset, v.cover, v.note, v.by, v.at
from incident_vector v
where v.incident_id = %(id)s
order by v.at, v.asset
limit %(limit)s::int;

-- name: runs_of
-- The runs of an incident, as far as its page needs to know.
select r.id, r.number, r.runbook_id, r.state
from run r
where r.incident_id = %(id)s
order by r.number
limit %(limit)s::int;
