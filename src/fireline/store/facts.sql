-- name: lock_head
-- Lock the end of a stream. The insert makes the row exist, so that there is something to lock.
insert into stream_head as h (stream_kind, stream_id, seq, hash)
values (%(stream_kind)s, %(stream_id)s, 0, %(genesis)s)
on conflict (stream_kind, stream_id) do update set seq = h.seq
returning h.seq, h.hash;

-- name: lock_heads
-- Lock the ends of several streams, always in the same order. The insert makes the rows exist.
insert into stream_head as h (stream_kind, stream_id, seq, hash)
select u.kind, u.id, 0, %(genesis)s
from unnest(%(kinds)b::text[], %(ids)b::uuid[]) as u (kind, id)
order by u.kind, u.id
on conflict (stream_kind, stream_id) do update set seq = h.seq
returning h.stream_kind, h.stream_id, h.seq, h.hash;

-- name: add_many
insert into fact (stream_kind, stream_id, seq, at, by, kind, body, previous, hash)
select u.stream_kind, u.stream_id, u.seq, %(at)s, u.by, u.kind, u.body, u.previous, u.hash
from jsonb_populate_recordset(null::fact, %(facts)s) as u;

-- name: move_heads
update stream_head h set seq = u.seq, hash = u.hash
from unnest(%(kinds)b::text[], %(ids)b::uuid[], %(seqs)s::bigint[], %(hashes)b::text[])
     as u (kind, id, seq, hash)
where h.stream_kind = u.kind and h.stream_id = u.id;

-- name: add
with moved as (
    update stream_head set seq = %(seq)s, hash = %(hash)s
    where stream_kind = %(stream_kind)s and stream_id = %(stream_id)s
)
insert into fact (stream_kind, stream_id, seq, at, by, kind, body, previous, hash)
values (%(stream_kind)s, %(stream_id)s, %(seq)s, %(at)s, %(by)s, %(kind)s, %(body)s,
        %(previous)s, %(hash)s);

-- name: of_streams
-- The facts of several streams as one timeline, oldest first.
select f.stream_kind, f.stream_id, f.seq, f.at, f.by, f.kind, f.body, f.previous, f.hash
from fact f
where f.stream_id = any(%(stream_ids)b::uuid[])
order by f.at, f.stream_kind, f.seq
limit %(limit)s::int;

-- name: head_of
select h.seq, h.hash
from stream_head h
where h.stream_kind = %(stream_kind)s and h.stream_id = %(stream_id)s
limit 1;
