-- name: keep
-- Keep a revision. Equal content is the same revision, so keeping it twice changes nothing.
insert into plan_revision (revision, files)
values (%(revision)s, %(files)s)
on conflict (revision) do nothing;

-- name: lock_pushes
-- Let one push at a time decide what runs; readers are not held up.
lock table plan_push in share row exclusive mode;

-- name: push
insert into plan_push (revision, pushed_at, pushed_by, note)
values (%(revision)s, %(pushed_at)s, %(pushed_by)s, %(note)s);

-- name: last
-- The push that says which revision runs.
select p.seq, p.revision, p.pushed_at, p.pushed_by, p.note
from plan_push p
order by p.seq desc
limit 1;

-- name: pushes
-- The pushes, the newest first.
select p.seq, p.revision, p.pushed_at, p.pushed_by, p.note
from plan_push p
order by p.seq desc
limit %(limit)s::int;

-- name: files_of
select r.revision, r.files
from plan_revision r
where r.revision = %(revision)s
limit 1;
