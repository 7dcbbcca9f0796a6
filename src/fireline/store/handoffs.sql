-- name: lock
-- Who was last seen with the pager of a schedule, held for this transaction.
select h.schedule, h.id, h.people, h.since, h.next_at
from handoff h
where h.schedule = %(schedule)s
limit 1
for update;

-- name: known
select h.schedule, h.id, h.people, h.since, h.next_at
from handoff h
order by h.schedule
limit %(limit)s::int;

-- name: of_due
select h.schedule, h.id, h.people, h.since, h.next_at
from handoff h
where h.id = %(id)s
limit 1;

-- name: begin
insert into handoff (schedule, id, people, since, next_at)
values (%(schedule)s, %(id)s, %(people)s, %(since)s, %(next_at)s)
on conflict (schedule) do nothing;

-- name: change
update handoff set people = %(people)s, since = %(since)s, next_at = %(next_at)s
where schedule = %(schedule)s;

-- name: forget
delete from handoff where schedule = %(schedule)s;

-- name: open_alerts
-- What is not over of the alerts that some escalations look after, the most urgent first.
select a.number, a.priority, a.title, a.state, a.service
from alert a
where a.state <> 'resolved' and a.drill_id is null and a.policy = any(%(policies)b::text[])
order by a.priority, a.number
limit %(limit)s::int;

-- name: tell
-- Keep that a warning is told, unless it was told since a moment.
insert into oncall_warning as w (schedule, key, told_at)
values (%(schedule)s, %(key)s, %(now)s)
on conflict (schedule, key) do update set told_at = excluded.told_at
where w.told_at < %(since)s;

-- name: forget_warnings
-- Forget all but those that still hold: what comes again is told again.
delete from oncall_warning w
where not exists (
    select 1 from unnest(%(schedules)b::text[], %(keys)b::text[]) as k (schedule, key)
    where k.schedule = w.schedule and k.key = w.key
);

-- name: pages_between
-- Who was paged when; drills wake nobody in earnest.
select p.person, p.wished_at as at
from page p
join alert a on a.id = p.alert_id
where p.wished_at >= %(starts_at)s and p.wished_at < %(ends_at)s and a.drill_id is null
  and p.state in ('sent', 'answered', 'superseded')
order by p.wished_at
limit %(limit)s::int;
