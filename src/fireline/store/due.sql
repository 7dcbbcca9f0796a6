-- name: plan
-- Set when a piece of work is due, whatever was planned for it before. Takes it from any holder,
-- and wakes the workers of its kind when the transaction commits.
with planned as (
    insert into due as d (kind, id, due_at)
    values (%(kind)s, %(id)s, %(due_at)s)
    on conflict (kind, id) do update
    set due_at = excluded.due_at, lease_until = null, fence = d.fence + 1, attempts = 0,
        parked_at = null, parked_why = null
)
select pg_notify('poke', 'due:' || %(kind)s)::text as sent;

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

-- name: hold
-- Lock the row of a claim for this transaction, if the claim still stands.
select d.kind, d.id, d.fence, d.attempts, d.due_at
from due d
where d.kind = %(kind)s and d.id = %(id)s and d.fence = %(fence)s
limit 1
for update;

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
