-- name: add
insert into schedule_override (id, schedule, person, starts_at, ends_at, kind, instead_of, layers,
                               request_id, calendar_id, made_by, made_at)
values (%(id)s, %(schedule)s, %(person)s, %(starts_at)s, %(ends_at)s, %(kind)s, %(instead_of)s,
        %(layers)s, %(request_id)s, %(calendar_id)s, %(by)s, %(now)s);

-- name: near
-- The overrides of some schedules that touch a span, in the order they were made.
select o.id, o.schedule, o.person, o.starts_at, o.ends_at, o.kind, o.instead_of, o.layers,
       o.request_id, o.calendar_id, o.made_by, o.made_at
from schedule_override o
where o.schedule = any(%(schedules)b::text[]) and o.withdrawn_at is null
  and o.ends_at > %(starts_at)s and o.starts_at < %(ends_at)s
order by o.number
limit %(limit)s::int;

-- name: get
select o.id, o.schedule, o.person, o.starts_at, o.ends_at, o.kind, o.instead_of, o.layers,
       o.request_id, o.calendar_id, o.made_by, o.made_at
from schedule_override o
where o.id = %(id)s and o.withdrawn_at is null
limit 1
for update;

-- name: withdraw
update schedule_override set withdrawn_at = %(now)s, withdrawn_by = %(by)s
where id = %(id)s and withdrawn_at is null;

-- name: withdraw_imported
-- Take back what came of these events of a calendar file and is not over.
update schedule_override set withdrawn_at = %(now)s, withdrawn_by = %(by)s
where schedule = %(schedule)s and withdrawn_at is null and ends_at > %(now)s
  and calendar_id = any(%(events)b::text[]);
