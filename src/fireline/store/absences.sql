-- name: add
insert into absence (id, person, starts_at, ends_at, note, made_by, made_at)
values (%(id)s, %(person)s, %(starts_at)s, %(ends_at)s, %(note)s, %(by)s, %(now)s);

-- name: near
-- Who is away at some time in a span, the soonest first.
select a.id, a.person, a.starts_at, a.ends_at, a.note, a.made_by, a.made_at
from absence a
where a.withdrawn_at is null and a.ends_at > %(starts_at)s and a.starts_at < %(ends_at)s
order by a.starts_at, a.id
limit %(limit)s::int;

-- name: get
select a.id, a.person, a.starts_at, a.ends_at, a.note, a.made_by, a.made_at
from absence a
where a.id = %(id)s and a.withdrawn_at is null
limit 1
for update;

-- name: withdraw
update absence set withdrawn_at = %(now)s, withdrawn_by = %(by)s
where id = %(id)s and withdrawn_at is null;
