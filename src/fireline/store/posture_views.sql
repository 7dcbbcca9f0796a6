-- name: baseline_of
-- How many findings of some signatures stood in an account when it was first looked at.
select f.level, count(*)::int as findings
from posture_finding f
join asset a on a.id = f.asset
left join posture_exception x on x.id = f.exception_id
where f.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
  and f.signature = any(%(signatures)b::text[]) and f.state = 'open' and f.baseline
  and x.id is null
group by f.level
order by f.level
limit %(limit)s::int;

-- name: listed
-- Findings of one world, the worst first and of those the newest, after a cursor.
select f.id, f.number, f.drill_id, f.signature, f.title, f.level, f.state, f.first_failed_at,
       f.opened_at, f.resolved_at, f.resolution, f.reopened, f.reason, f.evidence, f.baseline,
       f.alerts, f.alerted_at, v.verdict, v.reason as said, v.since, j.judged_at, a.id as asset,
       a.kind, a.account, a.region, a.asset_id, a.name, a.arn, a.tags, a.service, a.gone_at,
       x.number as exception, x.owner as excepted_by, x.reason as excepted_why,
       x.expires_at as excepted_until, x.ticket as excepted_ticket
from posture_finding f
join asset a on a.id = f.asset
left join posture_judged j on j.asset = f.asset
left join posture_verdict v on v.asset = f.asset and v.signature = f.signature
left join posture_exception x on x.id = f.exception_id and x.ended_at is null
    and x.expires_at > %(now)s
where f.drill_id is not distinct from %(drill_id)s::uuid
  and (%(state)s::text is null or f.state = %(state)s)
  and (%(excepted)s::bool is null or (x.id is not null) = %(excepted)s)
  and (%(unsure)s::bool is null or (v.verdict = 'unknown') = %(unsure)s)
  and f.level <= %(worst_to)s::int
  and (%(level)s::int is null or f.level = %(level)s)
  and (%(signature)s::text is null or f.signature = %(signature)s)
  and (%(account)s::text is null or a.account = %(account)s)
  and (%(region)s::text is null or a.region = %(region)s)
  and (%(service)s::text is null or a.service = %(service)s)
  and (%(kind)s::text is null or a.kind = %(kind)s)
  and (%(asset)s::uuid is null or a.id = %(asset)s)
  and (%(words)s::text is null or position(lower(%(words)s) in lower(
          f.title || ' ' || a.asset_id || ' ' || a.name || ' ' || a.arn)) > 0)
  and (%(after)s::bigint is null or (f.level, -f.number) >
       (select b.level, -b.number from posture_finding b where b.number = %(after)s))
order by f.level, f.number desc
limit %(limit)s::int;

-- name: numbered
select f.id, f.number, f.drill_id, f.signature, f.title, f.level, f.state, f.first_failed_at,
       f.opened_at, f.resolved_at, f.resolution, f.reopened, f.reason, f.evidence, f.baseline,
       f.alerts, f.alerted_at, v.verdict, v.reason as said, v.since, j.judged_at, a.id as asset,
       a.kind, a.account, a.region, a.asset_id, a.name, a.arn, a.tags, a.service, a.gone_at,
       x.number as exception, x.owner as excepted_by, x.reason as excepted_why,
       x.expires_at as excepted_until, x.ticket as excepted_ticket
from posture_finding f
join asset a on a.id = f.asset
left join posture_judged j on j.asset = f.asset
left join posture_verdict v on v.asset = f.asset and v.signature = f.signature
left join posture_exception x on x.id = f.exception_id and x.ended_at is null
    and x.expires_at > %(now)s
where f.number = %(number)s
limit 1;

-- name: judgements
-- What signatures last said of the assets of one world, all of them, after a cursor: to be exported.
select v.asset, v.signature, v.verdict, v.reason, v.since, j.judged_at, a.kind, a.account, a.region,
       a.asset_id, a.name, a.arn, a.tags, a.service, f.id as finding, f.number, f.state,
       f.first_failed_at, f.resolved_at, f.reopened, f.evidence, x.number as exception,
       x.owner as excepted_by, x.reason as excepted_why, x.expires_at as excepted_until
from posture_verdict v
join asset a on a.id = v.asset
join posture_judged j on j.asset = v.asset
left join posture_finding f on f.asset = v.asset and f.signature = v.signature
left join posture_exception x on x.id = f.exception_id and x.ended_at is null
    and x.expires_at > %(now)s
where a.drill_id is not distinct from %(drill_id)s::uuid and a.gone_at is null
  and v.verdict <> 'not applicable'
  and (%(all)s::bool or v.verdict = 'fail' or f.state = 'open')
  and (%(account)s::text is null or a.account = %(account)s)
  and (v.asset, v.signature) > (%(after_asset)s::uuid, %(after_signature)s::text)
order by v.asset, v.signature
limit %(limit)s::int;

-- name: turns_of
-- What became of a finding, the latest first.
select t.id, t.at, t.turn, t.was, t.became, t.reason, t.baseline, t.actor, t.call, t.signature,
       f.number, f.title, f.level, a.kind, a.account, a.region, a.asset_id, a.name, a.service
from posture_turn t
join asset a on a.id = t.asset
left join posture_finding f on f.asset = t.asset and f.signature = t.signature
where f.number = %(number)s
order by t.id desc
limit %(limit)s::int;

-- name: drift
-- What got worse, better, or became unknown in one world since a moment, the latest first. What
-- stood there at a first look is no drift.
select t.id, t.at, t.turn, t.was, t.became, t.reason, t.baseline, t.actor, t.call, t.signature,
       f.number, f.title, f.level, a.kind, a.account, a.region, a.asset_id, a.name, a.service
from posture_turn t
join asset a on a.id = t.asset
left join posture_finding f on f.asset = t.asset and f.signature = t.signature
where t.drill_id is not distinct from %(drill_id)s::uuid and t.at >= %(since)s and not t.baseline
  and (%(turns)b::text[] is null or t.turn = any(%(turns)b::text[]))
  and (%(account)s::text is null or a.account = %(account)s)
  and (%(service)s::text is null or a.service = %(service)s)
  and (%(before)s::bigint is null or t.id < %(before)s)
order by t.id desc
limit %(limit)s::int;

-- name: drift_counts
-- How much changed since a moment, by account, service and turn.
select a.account, a.service, t.turn, count(*)::int as turns
from posture_turn t
join asset a on a.id = t.asset
where t.drill_id is not distinct from %(drill_id)s::uuid and t.at >= %(since)s and not t.baseline
  and (%(account)s::text is null or a.account = %(account)s)
  and (%(service)s::text is null or a.service = %(service)s)
group by a.account, a.service, t.turn
order by a.account, a.service nulls last, t.turn
limit %(limit)s::int;

-- name: counted
-- How findings stand, by severity, account and service.
select f.level, a.account, a.service, f.state, (x.id is not null) as excepted, count(*)::int as total
from posture_finding f
join asset a on a.id = f.asset
left join posture_exception x on x.id = f.exception_id and x.ended_at is null
    and x.expires_at > %(now)s
where f.drill_id is not distinct from %(drill_id)s::uuid and f.state = 'open'
group by f.level, a.account, a.service, f.state, (x.id is not null)
order by f.level, a.account, a.service nulls last
limit %(limit)s::int;

-- name: unknowns
-- Why nobody can tell, by account, signature and reason, the most frequent first.
select a.account, v.signature, v.reason, count(*)::int as total
from posture_verdict v
join asset a on a.id = v.asset
where a.drill_id is not distinct from %(drill_id)s::uuid and a.gone_at is null
  and v.verdict = 'unknown'
  and (%(account)s::text is null or a.account = %(account)s)
  and (%(signature)s::text is null or v.signature = %(signature)s)
group by a.account, v.signature, v.reason
order by count(*) desc, a.account, v.signature, v.reason
limit %(limit)s::int;

-- name: judged_assets
-- How many assets each account has, how many were judged, when last, and what is said of them: that
-- is counted where an asset is judged, because there are many words on each.
select a.account, count(*)::int as assets, count(j.asset)::int as judged,
       max(j.judged_at) as judged_at, coalesce(sum(j.failing), 0)::int as failing,
       coalesce(sum(j.passing), 0)::int as passing, coalesce(sum(j.unknown), 0)::int as unknown
from asset a
left join posture_judged j on j.asset = a.id
where a.drill_id is not distinct from %(drill_id)s::uuid and a.gone_at is null
group by a.account
order by a.account
limit %(limit)s::int;

-- name: by_signature
-- What each signature says of the assets of one world, and how many of its findings are excepted.
select v.signature,
       count(*) filter (where v.verdict = 'fail')::int as failing,
       count(*) filter (where v.verdict = 'pass')::int as passing,
       count(*) filter (where v.verdict = 'unknown')::int as unknown,
       count(*) filter (where v.verdict = 'not applicable')::int as not_applicable,
       count(x.id) filter (where f.state = 'open')::int as excepted
from posture_verdict v
join asset a on a.id = v.asset
left join posture_finding f on f.asset = v.asset and f.signature = v.signature
left join posture_exception x on x.id = f.exception_id and x.ended_at is null
    and x.expires_at > %(now)s
where a.drill_id is not distinct from %(drill_id)s::uuid and a.gone_at is null
group by v.signature
order by v.signature
limit %(limit)s::int;
