-- name: add
insert into shift_request (id, kind, schedule, asker, asked, starts_at, ends_at, back_starts_at,
                           back_ends_at, note, made_by, made_at, expires_at)
values (%(id)s, %(kind)s, %(schedule)s, %(asker)s, %(asked)s, %(starts_at)s, %(ends_at)s,
        %(back_starts_at)s, %(back_ends_at)s, %(note)s, %(made_by)s, %(now)s, %(expires_at)s);

-- name: get
select r.id, r.number, r.kind, r.schedule, r.asker, r.asked, r.starts_at, r.ends_at,
       r.back_starts_at, r.back_ends_at, r.note, r.made_by, r.made_at, r.expires_at, r.state,
       r.settled_at, r.settled_by
from shift_request r
where r.id = %(id)s
limit 1;

-- name: lock
-- The request people call by this number, held for this transaction.
select r.id, r.number, r.kind, r.schedule, r.asker, r.asked, r.starts_at, r.ends_at,
       r.back_starts_at, r.back_ends_at, r.note, r.made_by, r.made_at, r.expires_at, r.state,
       r.settled_at, r.settled_by
from shift_request r
where r.number = %(number)s
limit 1
for update;

-- name: listed
-- Those that wait for an answer, the soonest first; after them, if asked, what became of others.
select r.id, r.number, r.kind, r.schedule, r.asker, r.asked, r.starts_at, r.ends_at,
       r.back_starts_at, r.back_ends_at, r.note, r.made_by, r.made_at, r.expires_at, r.state,
       r.settled_at, r.settled_by
from shift_request r
where (r.state = 'open' or %(settled)s::boolean)
  and (%(schedule)s::text is null or r.schedule = %(schedule)s::text)
order by (r.state <> 'open'), r.settled_at desc, r.starts_at, r.number
limit %(limit)s::int;

-- name: settle
update shift_request set state = %(state)s, settled_at = %(now)s, settled_by = %(by)s
where id = %(id)s and state = 'open';
