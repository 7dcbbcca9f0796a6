-- name: see
-- Note messages as seen; those that were not seen before come back.
insert into seen_message (source_id, message, seen_at)
select %(source_id)s, u.message, %(now)s
from unnest(%(messages)b::text[]) as u (message)
order by u.message
on conflict do nothing
returning message;

-- name: sweep
-- Forget a few messages that nobody sends again. Two that sweep at once take different ones.
delete from seen_message s
using (
    select o.source_id, o.message
    from seen_message o
    where o.seen_at < %(before)s
    order by o.seen_at
    limit %(limit)s::int
    for update skip locked
) old
where s.source_id = old.source_id and s.message = old.message;
