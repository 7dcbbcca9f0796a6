-- name: get
-- One symptom, with how its alert stands. Without a source, every source is looked at.
select s.id, s.number, s.alert_id, a.number as alert_number, s.source_id, s.key, s.kind, s.title,
       s.description, s.priority, s.state, a.state as alert_state, a.title as alert_title,
       a.acknowledged_at, a.acknowledged_by, a.assigned_to, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, s.service, a.service as alert_service, a.team, s.grouped, s.entities,
       s.tags, s.labels, s.links, s.times, s.first_at, s.last_at, s.ends_at, s.raised_at,
       s.resolved_at, s.resolved_by, s.payload_id
from symptom s
join alert a on a.id = s.alert_id
where s.id = %(id)s and s.withdrawn_at is null
  and (%(source_id)s::uuid is null or s.source_id = %(source_id)s::uuid)
limit 1;

-- name: numbered
select s.id, s.number, s.alert_id, a.number as alert_number, s.source_id, s.key, s.kind, s.title,
       s.description, s.priority, s.state, a.state as alert_state, a.title as alert_title,
       a.acknowledged_at, a.acknowledged_by, a.assigned_to, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, s.service, a.service as alert_service, a.team, s.grouped, s.entities,
       s.tags, s.labels, s.links, s.times, s.first_at, s.last_at, s.ends_at, s.raised_at,
       s.resolved_at, s.resolved_by, s.payload_id
from symptom s
join alert a on a.id = s.alert_id
where s.number = %(number)s and s.withdrawn_at is null
  and (%(source_id)s::uuid is null or s.source_id = %(source_id)s::uuid)
limit 1;

-- name: keyed
-- What a key of a source means now: the symptom that fires under it, else the last that did.
select s.id, s.number, s.alert_id, a.number as alert_number, s.source_id, s.key, s.kind, s.title,
       s.description, s.priority, s.state, a.state as alert_state, a.title as alert_title,
       a.acknowledged_at, a.acknowledged_by, a.assigned_to, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, s.service, a.service as alert_service, a.team, s.grouped, s.entities,
       s.tags, s.labels, s.links, s.times, s.first_at, s.last_at, s.ends_at, s.raised_at,
       s.resolved_at, s.resolved_by, s.payload_id
from symptom s
join alert a on a.id = s.alert_id
where s.source_id = %(source_id)s and s.key = %(key)s and s.withdrawn_at is null
order by (s.state = 'firing') desc, s.raised_at desc, s.number desc
limit 1;

-- name: of_payload
-- What a payload raised: at most as many as it said.
select s.id, s.number, s.alert_id, a.number as alert_number, s.source_id, s.key, s.kind, s.title,
       s.description, s.priority, s.state, a.state as alert_state, a.title as alert_title,
       a.acknowledged_at, a.acknowledged_by, a.assigned_to, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, s.service, a.service as alert_service, a.team, s.grouped, s.entities,
       s.tags, s.labels, s.links, s.times, s.first_at, s.last_at, s.ends_at, s.raised_at,
       s.resolved_at, s.resolved_by, s.payload_id
from symptom s
join alert a on a.id = s.alert_id
where s.payload_id = %(payload_id)s
order by s.number
limit %(limit)s::int;

-- name: newest
-- Symptoms a filter lets through, the newest first: the common order, and an index has it.
select s.id, s.number, s.alert_id, a.number as alert_number, s.source_id, s.key, s.kind, s.title,
       s.description, s.priority, s.state, a.state as alert_state, a.title as alert_title,
       a.acknowledged_at, a.acknowledged_by, a.assigned_to, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, s.service, a.service as alert_service, a.team, s.grouped, s.entities,
       s.tags, s.labels, s.links, s.times, s.first_at, s.last_at, s.ends_at, s.raised_at,
       s.resolved_at, s.resolved_by, s.payload_id
from symptoms_found(%(source_id)s::uuid, %(search)s::jsonb, %(now)s) s
join alert a on a.id = s.alert_id
where s.state = any(%(states)b::text[]) and s.labels @> %(labels)s::jsonb
order by s.number desc
limit %(limit)s::int offset %(offset)s::int;

-- name: sorted
-- The same in any other order. `direction` is 1 or -1.
select s.id, s.number, s.alert_id, a.number as alert_number, s.source_id, s.key, s.kind, s.title,
       s.description, s.priority, s.state, a.state as alert_state, a.title as alert_title,
       a.acknowledged_at, a.acknowledged_by, a.assigned_to, a.snoozed_until, a.suppressed_by,
       a.suppressed_until, s.service, a.service as alert_service, a.team, s.grouped, s.entities,
       s.tags, s.labels, s.links, s.times, s.first_at, s.last_at, s.ends_at, s.raised_at,
       s.resolved_at, s.resolved_by, s.payload_id
from symptoms_found(%(source_id)s::uuid, %(search)s::jsonb, %(now)s) s
join alert a on a.id = s.alert_id
where s.state = any(%(states)b::text[]) and s.labels @> %(labels)s::jsonb
order by
    %(direction)s::int * case %(sort)s::text
        when 'raised_at' then extract(epoch from s.raised_at)
        when 'last_at' then extract(epoch from s.last_at)
        when 'times' then s.times
        when 'priority' then s.priority
    end,
    case when %(direction)s::int > 0 then lower(case %(sort)s::text
        when 'key' then s.key when 'title' then s.title when 'state' then s.state
        when 'assigned' then a.assigned_to
        when 'acknowledged' then (a.acknowledged_at is not null)::text
        when 'snoozed' then coalesce(a.snoozed_until > %(now)s, false)::text
    end) end,
    case when %(direction)s::int < 0 then lower(case %(sort)s::text
        when 'key' then s.key when 'title' then s.title when 'state' then s.state
        when 'assigned' then a.assigned_to
        when 'acknowledged' then (a.acknowledged_at is not null)::text
        when 'snoozed' then coalesce(a.snoozed_until > %(now)s, false)::text
    end) end desc,
    s.number * %(direction)s::int
limit %(limit)s::int offset %(offset)s::int;

-- name: count
-- How many a filter lets through, beyond any limit.
select count(*)::bigint as total
from symptoms_found(%(source_id)s::uuid, %(search)s::jsonb, %(now)s) s
where s.state = any(%(states)b::text[]) and s.labels @> %(labels)s::jsonb
limit 1;

-- name: first_words
-- The bodies that symptoms were first heard of in. The few huge ones are left out.
select p.id, p.body
from payload p
where p.id = any(%(ids)b::uuid[]) and octet_length(p.body) <= %(largest)s
limit %(limit)s::int;
