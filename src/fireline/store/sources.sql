-- name: register
-- Make a source known. Registering it again changes nothing and finds the same one.
insert into source as s (id, name, drill_id, registered_at, format)
values (%(id)s, %(name)s, %(drill_id)s, %(now)s, %(format)s)
on conflict (drill_id, name) do update set name = excluded.name
returning s.id, s.name, s.drill_id;

-- name: seen
-- Count what a source handed over.
update source
set last_seen_at = %(now)s, kept = kept + %(kept)s, repeated = repeated + %(repeated)s,
    quarantined = quarantined + %(quarantined)s
where id = %(id)s;

-- name: create
-- Connect a source that posts with a token. Nothing comes back when the name is taken.
insert into source as s (id, name, drill_id, registered_at, format, token_hash, token_hint,
                         rate_per_second, quiet_seconds, service, mapping, settings, made_by)
values (%(id)s, %(name)s, null, %(now)s, %(format)s, %(token_hash)s, %(token_hint)s,
        %(rate_per_second)s, %(quiet_seconds)s, %(service)s, %(mapping)s, %(settings)s, %(made_by)s)
on conflict do nothing
returning s.id, s.name, s.drill_id;

-- name: by_tokens
-- The sources that tokens belong to, while they are connected.
select s.token_hash, s.id, s.name, s.drill_id, s.format, s.rate_per_second, s.service, s.mapping,
       s.settings
from source s
where s.token_hash = any(%(hashes)b::bytea[]) and s.retired_at is null
limit %(limit)s::int;

-- name: card
-- What sorting needs to know of a source, retired or not.
select s.id, s.name, s.drill_id, s.format, s.rate_per_second, s.service, s.mapping, s.settings
from source s
where s.id = any(%(ids)b::uuid[])
limit %(limit)s::int;

-- name: new_token
update source set token_hash = %(token_hash)s, token_hint = %(token_hint)s
where id = %(id)s and retired_at is null;

-- name: change
update source
set rate_per_second = %(rate_per_second)s, quiet_seconds = %(quiet_seconds)s,
    service = %(service)s, mapping = %(mapping)s, settings = %(settings)s,
    quiet_since = null
where id = %(id)s and retired_at is null;

-- name: retire
update source set retired_at = %(now)s, token_hash = null, quiet_since = null
where id = %(id)s and retired_at is null;

-- name: named
select s.id, s.name, s.drill_id, s.registered_at, s.last_seen_at, s.kept, s.repeated, s.quarantined,
       s.format, s.token_hint, s.rate_per_second, s.quiet_seconds, s.service, s.mapping, s.settings,
       s.made_by, s.retired_at, s.quiet_since
from source s
where s.name = %(name)s and s.drill_id is null
limit 1;

-- name: listed
select s.id, s.name, s.drill_id, s.registered_at, s.last_seen_at, s.kept, s.repeated, s.quarantined,
       s.format, s.token_hint, s.rate_per_second, s.quiet_seconds, s.service, s.mapping, s.settings,
       s.made_by, s.retired_at, s.quiet_since
from source s
order by s.registered_at desc, s.id
limit %(limit)s::int;
