-- name: listed
-- The sources of the real world, by name, without fireline's own voices.
select s.id, s.name, s.format, s.service, s.registered_at, s.last_seen_at, s.kept, s.quarantined,
       s.rate_per_second, s.quiet_seconds, s.quiet_since, s.retired_at, s.token_hint,
       (select count(*) from (
           select from payload p where p.source_id = s.id and p.id >= %(since)s::uuid limit 10001
       ) lately)::bigint as lately,
       (select count(*) from symptom y where y.source_id = s.id and y.state = 'firing')::bigint
           as firing
from source s
where s.drill_id is null and s.format <> 'fireline' and s.name > %(after)s
  and (%(retired)s or s.retired_at is null)
order by s.name
limit %(limit)s::int;

-- name: counts
-- How much one source sent lately, and how many of its symptoms fire.
select (select count(*) from (
           select from payload p where p.source_id = %(id)s and p.id >= %(since)s::uuid limit 10001
       ) lately)::bigint as lately,
       (select count(*) from symptom y where y.source_id = %(id)s and y.state = 'firing')::bigint
           as firing
limit 1;

-- name: payloads_since
-- What one source sent from a moment on, in the order it came. What was said anew is left out.
select p.id, p.source_id, p.drill_id, p.format, p.call, p.meta, p.body, p.received_at, p.sorted_at,
       p.said, p.unread
from payload p
where p.source_id = %(source_id)s and p.id > %(after)s::uuid and p.call <> 'replay'
order by p.id
limit %(limit)s::int;

-- name: symptoms_of_keys
-- What is known under some keys of one source, the latest first.
select y.key, y.title, y.state, y.last_at, y.resolved_at, y.payload_id, a.number as alert
from symptom y join alert a on a.id = y.alert_id
where y.source_id = %(source_id)s and y.key = any(%(keys)b::text[])
order by y.raised_at desc
limit %(limit)s::int;

-- name: symptoms_of_payloads
-- What some payloads of one source raised.
select y.key, y.title, y.state, y.last_at, y.resolved_at, y.payload_id, a.number as alert
from symptom y join alert a on a.id = y.alert_id
where y.source_id = %(source_id)s and y.payload_id = any(%(payloads)b::uuid[])
order by y.raised_at desc
limit %(limit)s::int;

-- name: alert_of_key
-- The alert that what one source said under one key belongs to.
select a.number
from symptom y join alert a on a.id = y.alert_id join source s on s.id = y.source_id
where s.name = %(source)s and s.drill_id is null and y.key = %(key)s
order by y.raised_at desc
limit 1;
