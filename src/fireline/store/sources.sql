-- name: register
-- Make a source known. Registering it again changes nothing and finds the same one.
insert into source as s (id, name, drill_id, registered_at)
values (%(id)s, %(name)s, %(drill_id)s, %(now)s)
on conflict (drill_id, name) do update set name = excluded.name
returning s.id, s.name, s.drill_id;

-- name: seen
-- Count what a source handed over.
update source
set last_seen_at = %(now)s, kept = kept + %(kept)s, repeated = repeated + %(repeated)s,
    quarantined = quarantined + %(quarantined)s
where id = %(id)s;

-- name: listed
select s.id, s.name, s.drill_id, s.registered_at, s.last_seen_at, s.kept, s.repeated, s.quarantined
from source s
order by s.registered_at desc, s.id
limit %(limit)s::int;
