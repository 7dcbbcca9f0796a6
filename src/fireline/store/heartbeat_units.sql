-- name: tell
update heartbeat set told_unit = %(unit)s where name = %(name)s;

-- name: told
select h.name, h.told_unit
from heartbeat h
where h.name = any(%(names)b::text[])
limit %(limit)s::int;
