-- name: keep
-- Keep bodies as they came, and note when their sources were last heard of.
with kept as (
    insert into payload (id, source_id, drill_id, format, call, meta, body, received_at)
    select k.id, k.source_id, k.drill_id, k.format, k.call, k.meta::jsonb, k.body, %(now)s
    from unnest(%(ids)b::uuid[], %(sources)b::uuid[], %(drills)b::uuid[], %(formats)b::text[],
                %(calls)b::text[], %(metas)b::text[], %(bodies)b::bytea[])
         as k (id, source_id, drill_id, format, call, meta, body)
)
select pg_notify('poke', 'payloads')::text as sent;

-- name: heard
-- When sources were last heard of, and how many payloads they sent. Rows are locked in order.
update source s
set last_seen_at = %(now)s, kept = s.kept + h.times
from (select * from unnest(%(sources)b::uuid[], %(times)s::int[]) as u (id, times) order by 1) h
where s.id = h.id;

-- name: next_world
-- The world of what waits longest to be sorted.
select p.drill_id
from payload p
where p.sorted_at is null
order by p.id
limit 1;

-- name: unsorted
-- What of one world waits to be sorted, in the order it arrived: until it is enough to hold, and
-- at least one.
select p.id, p.source_id, p.drill_id, p.format, p.call, p.meta, p.body, p.received_at
from (
    select u.*, sum(octet_length(u.body)) over (order by u.id) - octet_length(u.body) as before
    from payload u
    where u.sorted_at is null and u.drill_id is not distinct from %(drill_id)s::uuid
    order by u.id
    limit %(limit)s::int
) p
where p.before < %(bytes)s::bigint
order by p.id
limit %(limit)s::int;

-- name: sorted
update payload p
set sorted_at = %(now)s, said = u.said, unread = u.unread
from unnest(%(ids)b::uuid[], %(said)s::int[], %(unread)s::int[]) as u (id, said, unread)
where p.id = u.id;

-- name: waiting
-- Whether anything of one source up to a payload still waits.
select exists (
    select from payload p
    where p.sorted_at is null and p.source_id = %(source_id)s and p.id <= %(up_to)s
) as waits
limit 1;

-- name: backlog
select count(*)::bigint as waiting, min(p.received_at) as oldest
from payload p
where p.sorted_at is null
limit 1;

-- name: of_source
-- What one source sent, the newest first.
select p.id, p.source_id, p.drill_id, p.format, p.call, p.meta, p.body, p.received_at, p.sorted_at,
       p.said, p.unread
from payload p
where p.source_id = %(source_id)s and (%(before)s::uuid is null or p.id < %(before)s::uuid)
order by p.id desc
limit %(limit)s::int;

-- name: get
select p.id, p.source_id, p.drill_id, p.format, p.call, p.meta, p.body, p.received_at, p.sorted_at,
       p.said, p.unread
from payload p
where p.id = %(id)s
limit 1;
