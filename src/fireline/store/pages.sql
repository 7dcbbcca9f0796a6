-- name: add
-- A person is told once by one step of one climb; `fresh` is false when they were already.
insert into page as p (id, alert_id, climb, person, step, reason, unless, wished_at)
values (%(id)s, %(alert_id)s,
        coalesce((select l.climb from ladder l where l.alert_id = %(alert_id)s), 1),
        %(person)s, %(step)s, %(reason)s, %(unless)s, %(now)s)
on conflict (alert_id, climb, step, person) do update set person = excluded.person
returning p.id, (p.xmax = 0) as fresh;

-- name: of_alert
select p.id, p.alert_id, p.climb, p.person, p.step, p.reason, p.unless, p.state,
       p.wished_at, p.settled_at
from page p
where p.alert_id = %(alert_id)s
order by p.climb, p.step, p.wished_at, p.id
limit %(limit)s::int;

-- name: of_wish
-- The page a wish belongs to, if it belongs to one. Nothing is held.
select p.id, p.alert_id, p.climb, p.person, p.step, p.reason, p.unless, p.state,
       p.wished_at, p.settled_at
from outbox o
join page p on o.about_kind = 'page' and p.id = o.about_id
where o.id = %(wish_id)s
limit 1;

-- name: settle
update page set state = %(state)s, settled_at = %(now)s
where id = %(id)s and state in ('wished', 'sent');

-- name: end_all
-- The alert is answered or over: the pages still open are answered by one person, or superseded.
-- A page that failed stays failed, unless that person answered all the same.
update page
set state = case when person = %(by)s::text then 'answered' else 'superseded' end,
    settled_at = %(now)s
where id = any(%(pages)b::uuid[])
  and (state in ('wished', 'sent') or (state = 'failed' and person = %(by)s::text));

-- name: sends
-- The messages of an alert's pages, and when those that wait are due.
select o.id, o.about_id as page_id, o.channel, o.recipient, o.state, o.wished_at, o.settled_at,
       d.due_at, o.carried_by is not null as carried
from page p
join outbox o on o.about_kind = 'page' and o.about_id = p.id
left join due d on d.kind = 'send' and d.id = o.id
where p.alert_id = %(alert_id)s
order by o.wished_at, o.id
limit %(limit)s::int;

-- name: bring_forward
-- Let one waiting message be due by a moment. One that is being tried keeps its own time.
update due set due_at = %(at)s
where kind = 'send' and id = %(wish_id)s and attempts = 0 and parked_at is null and due_at > %(at)s;
