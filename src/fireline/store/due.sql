-- name: plan
-- Set when a piece of work is due, whatever was planned for it before. Takes it from any holder,
-- and wakes the workers of its kind when the transaction commits. What is about an alert is as
-- urgent as the alert is now.
with planned as (
    insert into due as d (kind, id, due_at, urgency)
    values (%(kind)s, %(id)s, %(due_at)s, coalesce(
        case %(kind)s::text
            when 'ladder' then (select a.priority from alert a where a.id = %(id)s)
            when 'send' then (
                select a.priority
                from outbox o
                join page p on o.about_kind = 'page' and p.id = o.about_id
                join alert a on a.id = p.alert_id
                where o.id = %(id)s
            )
        end, 3))
    on conflict (kind, id) do update
    set due_at = excluded.due_at, urgency = excluded.urgency, lease_until = null,
        fence = d.fence + 1, attempts = 0, parked_at = null, parked_why = null
)
select pg_notify('poke', 'due:' || %(kind)s)::text as sent;

-- name: kinds_due
-- Of which kinds there is work that is due and free. The order is that of an index: without it, all
-- that waits would be read for each kind.
select k.kind
from unnest(%(kinds)b::text[]) as k (kind)
cross join lateral (
    select
    from due d
    where d.kind = k.kind and d.due_at <= %(now)s and d.parked_at is null
      and (d.lease_until is null or d.lease_until < clock_timestamp())
    order by d.due_at
    limit 1
) d
limit 1000;

-- name: claim
-- Lease what is due and free. The lease and the moment come from the database, so skewed nodes agree.
update due d
set lease_until = clock_timestamp() + %(lease)s::interval, fence = d.fence + 1,
    attempts = d.attempts + 1
from (
    select kind, id
    from due
    where kind = %(kind)s and due_at <= %(now)s and parked_at is null
      and (lease_until is null or lease_until < clock_timestamp())
    order by due_at
    limit %(limit)s::int
    for update skip locked
) c
where d.kind = c.kind and d.id = c.id
returning d.kind, d.id, d.fence, d.attempts, d.due_at;

-- name: claim_worst
-- Lease what is due and free: so many of the oldest, and for the rest the worst, of those the newest
-- first. Each urgency is looked up by itself, because what is due later stands before what is due.
update due d
set lease_until = clock_timestamp() + %(lease)s::interval, fence = d.fence + 1,
    attempts = d.attempts + 1
from (
    select kind, id from (
        select o.kind, o.id
        from due o
        where o.kind = %(kind)s and o.due_at <= %(now)s and o.parked_at is null
          and (o.lease_until is null or o.lease_until < clock_timestamp())
        order by o.due_at
        limit %(oldest)s::int
        for update skip locked
    ) oldest
    union
    select kind, id from (
        select w.kind, w.id
        from generate_series(1, 5) as u (urgency)
        cross join lateral (
            select n.kind, n.id, n.due_at
            from due n
            where n.kind = %(kind)s and n.urgency = u.urgency and n.due_at <= %(now)s
              and n.parked_at is null
              and (n.lease_until is null or n.lease_until < clock_timestamp())
            order by n.due_at desc
            limit %(worst)s::int
            for update skip locked
        ) w
        order by u.urgency, w.due_at desc
        limit %(worst)s::int
    ) worst
) c
where d.kind = c.kind and d.id = c.id
returning d.kind, d.id, d.fence, d.attempts, d.due_at;

-- name: planned
-- When a piece of work is due, if it still waits.
select d.kind, d.id, d.fence, d.attempts, d.due_at
from due d
where d.kind = %(kind)s and d.id = %(id)s
limit 1;

-- name: put_off
-- Let pieces of work wait until a moment at least, whoever holds them; the holders are fenced out.
update due set due_at = greatest(due_at, %(until)s), lease_until = null, fence = fence + 1
where kind = %(kind)s and id = any(%(ids)b::uuid[]) and parked_at is null;

-- name: hold
-- Lock the row of a claim for this transaction, if the claim still stands.
select d.kind, d.id, d.fence, d.attempts, d.due_at
from due d
where d.kind = %(kind)s and d.id = %(id)s and d.fence = %(fence)s
limit 1
for update;

-- name: renew
-- Go on with a piece of work that takes long, if the claim still stands.
update due set lease_until = clock_timestamp() + %(lease)s::interval
where kind = %(kind)s and id = %(id)s and fence = %(fence)s;

-- name: finish
delete from due where kind = %(kind)s and id = %(id)s and fence = %(fence)s;

-- name: again
update due set due_at = %(due_at)s, lease_until = null, attempts = %(attempts)s
where kind = %(kind)s and id = %(id)s and fence = %(fence)s;

-- name: cancel
delete from due where kind = %(kind)s and id = %(id)s;

-- name: park
update due set parked_at = %(now)s, parked_why = %(why)s, lease_until = null
where kind = %(kind)s and id = %(id)s and fence = %(fence)s;

-- name: parked
select d.kind, d.id, d.attempts, d.parked_at, d.parked_why
from due d
where d.parked_at is not null
order by d.parked_at
limit %(limit)s::int;

-- name: late
-- Work that should have been taken before a moment and is neither held nor parked.
select d.kind, d.id, d.fence, d.attempts, d.due_at
from due d
where d.due_at < %(before)s and d.parked_at is null
  and (d.lease_until is null or d.lease_until < clock_timestamp())
order by d.due_at
limit %(limit)s::int;
