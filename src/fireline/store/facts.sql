-- name: lock_head
-- Lock the end of a stream. The insert makes the row exist, so that there is something to lock.
insert into stream_head as h (stream_kind, stream_id, seq, hash)
values (%(stream_kind)s, %(stream_id)s, 0, %(genesis)s)
on conflict (stream_kind, stream_id) do update set seq = h.seq
returning h.seq, h.hash;

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
where f.stream_id = any(%(stream_ids)s::uuid[])
order by f.at, f.stream_kind, f.seq
limit %(limit)s::int;

-- name: head_of
select h.seq, h.hash
from stream_head h
where h.stream_kind = %(stream_kind)s and h.stream_id = %(stream_id)s
limit 1;
