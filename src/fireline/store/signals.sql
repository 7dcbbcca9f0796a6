-- name: keep
-- Keep many signals at once. One that is known already in its world is left as it is.
insert into signal (id, source_id, drill_id, external_id, kind, occurred_at, received_at, via,
                    lag_seconds, account, region, who_kind, who_name, who_arn, who_account, who_key,
                    who_address, who_agent, outcome, error_code, read_only, assets, record, raw)
select n.id, %(source_id)s, %(drill_id)s, n.external_id, n.kind, n.occurred_at, %(now)s, n.via,
       extract(epoch from %(now)s::timestamptz - n.occurred_at)::float8, n.account, n.region,
       n.who_kind, n.who_name, n.who_arn, n.who_account, n.who_key, n.who_address, n.who_agent,
       n.outcome, n.error_code, n.read_only, n.assets::jsonb, n.record::jsonb, n.raw
from unnest(
    %(id)b::uuid[], %(external_id)b::text[], %(kind)b::text[], %(occurred_at)b::timestamptz[],
    %(via)b::text[], %(account)b::text[], %(region)b::text[], %(who_kind)b::text[],
    %(who_name)b::text[], %(who_arn)b::text[], %(who_account)b::text[], %(who_key)b::text[],
    %(who_address)b::text[], %(who_agent)b::text[], %(outcome)b::text[], %(error_code)b::text[],
    %(read_only)s::bool[], %(assets)b::text[], %(record)b::text[], %(raw)b::bytea[]
) as n (id, external_id, kind, occurred_at, via, account, region, who_kind, who_name, who_arn,
        who_account, who_key, who_address, who_agent, outcome, error_code, read_only, assets, record,
        raw)
on conflict (drill_id, external_id) do nothing
returning id;

-- name: sight
-- Count the ways signals came, known ones too.
insert into sighting as g (signal_id, via, first_at, lag_seconds, times)
select s.id, n.via, %(now)s, extract(epoch from %(now)s::timestamptz - s.occurred_at)::float8,
       n.times
from unnest(%(external_id)b::text[], %(via)b::text[], %(times)s::int[])
     as n (external_id, via, times)
join signal s on s.external_id = n.external_id and s.drill_id is not distinct from %(drill_id)s
order by s.id, n.via
on conflict (signal_id, via) do update set times = g.times + excluded.times;

-- name: unjudged
-- Take signals nobody has judged, in the order they arrived.
select s.id, s.drill_id, s.external_id, s.kind, s.occurred_at, s.account, s.region, s.who_kind,
       s.who_name, s.who_arn, s.who_account, s.who_key, s.who_address, s.who_agent, s.outcome,
       s.error_code, s.read_only, s.assets, s.record
from signal s
where s.judged_at is null
order by s.id
limit %(limit)s::int
for update skip locked;

-- name: mark_judged
update signal set judged_at = %(now)s where id = any(%(ids)b::uuid[]);

-- name: listed
-- Signals of one world, the newest first, before a cursor.
select s.id, s.drill_id, s.external_id, s.kind, s.occurred_at, s.received_at, s.via, s.lag_seconds,
       s.account, s.region, s.who_name, s.who_arn, s.who_key, s.who_address, s.who_agent, s.outcome,
       s.error_code, s.read_only, s.assets, s.record, s.judged_at,
       coalesce((select sum(g.times) from sighting g where g.signal_id = s.id), 0)::int as seen
from signal s
where s.drill_id is not distinct from %(drill_id)s
  and (%(before)s::uuid is null or s.id < %(before)s)
  and (%(kind)s::text is null or s.kind = %(kind)s)
  and (%(pattern)s::text is null
       or concat_ws(' ', s.kind, s.who_name, s.who_arn, s.who_key, s.who_address, s.external_id)
          ilike %(pattern)s
       or s.assets::text ilike %(pattern)s)
order by s.id desc
limit %(limit)s::int;

-- name: lag
-- How late each way delivers, in seconds.
select g.via, count(*)::int as signals, min(g.lag_seconds)::float8 as least,
       percentile_cont(0.5) within group (order by g.lag_seconds)::float8 as median,
       max(g.lag_seconds)::float8 as most
from sighting g
join signal s on s.id = g.signal_id
where s.drill_id is not distinct from %(drill_id)s
group by g.via
order by g.via
limit %(limit)s::int;

-- name: quarantine
-- Keep what could not become a signal. The same thing told again is counted.
insert into quarantined as q (id, source_id, drill_id, code, why, via, origin, body, size, digest,
                              signal_id, first_at, last_at)
select n.id, %(source_id)s, %(drill_id)s, n.code, n.why, n.via, n.origin, n.body, n.size, n.digest,
       n.signal_id, %(now)s, %(now)s
from unnest(
    %(id)b::uuid[], %(code)b::text[], %(why)b::text[], %(via)b::text[], %(origin)b::text[],
    %(body)b::bytea[], %(size)s::bigint[], %(digest)b::text[], %(signal_id)b::uuid[]
) as n (id, code, why, via, origin, body, size, digest, signal_id)
on conflict (drill_id, digest) do update set times = q.times + 1, last_at = excluded.last_at;

-- name: quarantine_signal
-- Set a signal apart that was kept but could not be judged.
insert into quarantined as q (id, source_id, drill_id, code, why, via, origin, body, size, digest,
                              signal_id, first_at, last_at)
select %(id)s, s.source_id, s.drill_id, %(code)s, %(why)s, s.via, s.external_id, %(body)s,
       octet_length(%(body)s::bytea), %(digest)s, s.id, %(now)s, %(now)s
from signal s
where s.id = %(signal_id)s
on conflict (drill_id, digest) do update set times = q.times + 1, last_at = excluded.last_at;

-- name: quarantined
-- What was set apart, the newest first, before a cursor. Every world, unless one drill is named.
select q.id, q.drill_id, o.name as source, q.code, q.why, q.via, q.origin, q.body, q.size,
       q.signal_id, q.first_at, q.last_at, q.times
from quarantined q
join source o on o.id = q.source_id
where (%(drill_id)s::uuid is null or q.drill_id = %(drill_id)s)
  and (%(before)s::uuid is null or q.id < %(before)s)
order by q.id desc
limit %(limit)s::int;
