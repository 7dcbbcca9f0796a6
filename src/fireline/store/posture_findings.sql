-- name: hold_account
-- Let one transaction at a time judge an account: who judges later has read later, too.
select pg_advisory_xact_lock(hashtextextended('posture:' || %(world)s::text || %(account)s, 0))
       is null as held;

-- name: known
-- Some assets of one world, as those who judge know them, and when that was.
select a.id as asset, a.kind, a.account, a.region, a.asset_id, a.arn, a.tags, a.judged_at, a.mark
from unnest(%(kinds)b::text[], %(accounts)b::text[], %(regions)b::text[], %(ids)b::text[])
     as w (kind, account, region, asset_id)
cross join lateral (
    select k.id, k.kind, k.account, k.region, k.asset_id, k.arn, k.tags, j.judged_at, j.mark
    from asset k
    left join posture_judged j on j.asset = k.id
    where k.account = w.account and k.kind = w.kind and k.region = w.region
      and k.asset_id = w.asset_id and k.drill_id is not distinct from %(drill_id)s::uuid
    limit 1
) as a
limit %(limit)s::int;

-- name: words
-- What was said so far of some assets: for each all of it, as signature, verdict, reason and since.
select v.asset,
       jsonb_agg(jsonb_build_array(v.signature, v.verdict, v.reason, v.since)) as said
from posture_verdict v
where v.asset = any(%(assets)b::uuid[])
group by v.asset
limit %(limit)s::int;

-- name: lives
-- The findings of some assets.
select f.asset, f.signature, f.id as finding, f.state, f.first_failed_at, f.opened_at,
       f.resolved_at, f.resolution, f.reopened, f.evidence, f.title, f.level, f.alerts, f.baseline,
       f.alerted_at, f.exception_id
from posture_finding f
where f.asset = any(%(assets)b::uuid[])
limit %(limit)s::int;

-- name: judged
-- Say when assets were judged, on what that rests, and how much was said of each.
insert into posture_judged as j (asset, judged_at, mark, failing, passing, unknown)
select n.asset, %(now)s, n.mark, n.failing, n.passing, n.unknown
from unnest(%(assets)b::uuid[], %(marks)b::text[], %(failing)s::int[], %(passing)s::int[],
            %(unknown)s::int[]) as n (asset, mark, failing, passing, unknown)
on conflict (asset) do update
set judged_at = excluded.judged_at, mark = excluded.mark, failing = excluded.failing,
    passing = excluded.passing, unknown = excluded.unknown;

-- name: same
-- Say that assets were judged, and nothing is different.
update posture_judged set judged_at = %(now)s where asset = any(%(assets)b::uuid[]);

-- name: unmark
-- Let assets that are gone be judged anew should they come back.
update posture_judged set mark = '', failing = 0, passing = 0, unknown = 0
where asset = any(%(assets)b::uuid[]);

-- name: keep_verdicts
insert into posture_verdict as v (asset, signature, verdict, reason, since)
select n.a, n.s, n.v, n.r, n.t
from json_to_recordset(%(rows)s::json) as n (a uuid, s text, v text, r text, t timestamptz)
on conflict (asset, signature) do update
set verdict = excluded.verdict, reason = excluded.reason, since = excluded.since;

-- name: keep_findings
-- Write down how findings stand; a new one gets the id that was made for it.
insert into posture_finding as f (id, drill_id, asset, signature, title, level, state,
                                  first_failed_at, opened_at, resolved_at, resolution, reopened,
                                  reason, evidence, baseline, alerts)
select n.id, %(drill_id)s::uuid, n.asset, n.signature, n.title, n.level, n.state,
       n.first_failed_at, n.opened_at, n.resolved_at, n.resolution, n.reopened, n.reason,
       n.evidence, n.baseline, n.alerts
from jsonb_to_recordset(%(rows)s) as n (
    id uuid, asset uuid, signature text, title text, level int, state text,
    first_failed_at timestamptz, opened_at timestamptz, resolved_at timestamptz, resolution text,
    reopened int, reason text, evidence jsonb, baseline bool, alerts bool)
on conflict (asset, signature) do update
set title = excluded.title, level = excluded.level, state = excluded.state,
    opened_at = excluded.opened_at, resolved_at = excluded.resolved_at,
    resolution = excluded.resolution, reopened = excluded.reopened,
    reason = case when excluded.state = 'open' and excluded.reason <> '' then excluded.reason
                  else f.reason end,
    evidence = excluded.evidence, baseline = excluded.baseline, alerts = excluded.alerts,
    exception_id = case when excluded.state = 'resolved' then null else f.exception_id end;

-- name: keep_turns
insert into posture_turn (drill_id, asset, signature, at, turn, was, became, reason, baseline,
                          actor, call)
select %(drill_id)s::uuid, n.asset, n.signature, %(now)s, n.turn, n.was, n.became, n.reason,
       n.baseline, n.actor, n.call
from jsonb_to_recordset(%(rows)s) as n (
    asset uuid, signature text, turn text, was text, became text, reason text, baseline bool,
    actor text, call text);

-- name: forget_verdicts
-- Take back what signatures said that do not judge these assets any more, or of assets that are gone.
delete from posture_verdict v
using unnest(%(assets)b::uuid[], %(signatures)b::text[]) as n (asset, signature)
where v.asset = n.asset and v.signature = n.signature;

-- name: whom
-- Who last changed assets, as the cloud's log says.
select v.asset, v.who, v.call, v.called_at
from asset a
join asset_version v on v.asset = a.id and v.version = a.version
where a.id = any(%(assets)b::uuid[]) and v.who is not null
limit %(limit)s::int;

-- name: baselines
-- The signatures that have judged all of an account once.
select b.signature
from posture_baseline b
where b.drill_id is not distinct from %(drill_id)s::uuid and b.account = %(account)s
order by b.signature
limit %(limit)s::int;

-- name: keep_baselines
insert into posture_baseline (drill_id, account, signature, at)
select %(drill_id)s::uuid, %(account)s, n.signature, %(now)s
from unnest(%(signatures)b::text[]) as n (signature)
on conflict do nothing;

-- name: unheard
-- Assets of an account with a word on them that nothing says any more: they are gone, or nothing is
-- for their kind.
select a.kind, a.account, a.region, a.asset_id
from asset a
where a.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
  and (a.gone_at is not null or not a.kind = any(%(kinds)b::text[]))
  and exists (select from posture_verdict v
              where v.asset = a.id and v.verdict <> 'not applicable')
order by a.kind, a.region, a.asset_id
limit %(limit)s::int;

-- name: neighbours
-- The assets of some kinds that are linked to one of some assets, either way.
with named as (
    select w.kind, w.account, w.region, w.asset_id, a.id
    from unnest(%(kinds)b::text[], %(accounts)b::text[], %(regions)b::text[], %(ids)b::text[])
         as w (kind, account, region, asset_id)
    left join asset a on a.drill_id is not distinct from %(drill_id)s::uuid
        and a.account = w.account and a.region = w.region and a.kind = w.kind
        and a.asset_id = w.asset_id
)
select b.kind, b.account, b.region, b.asset_id
from named n
join asset_link l on l.to_id = n.asset_id and l.to_kind = n.kind and l.to_account = n.account
    and l.to_region = n.region
join asset b on b.id = l.asset
where b.drill_id is not distinct from %(drill_id)s::uuid and b.gone_at is null
  and b.kind = any(%(wanted)b::text[])
union
select b.kind, b.account, b.region, b.asset_id
from named n
join asset_link l on l.asset = n.id
join asset b on b.drill_id is not distinct from %(drill_id)s::uuid and b.account = l.to_account
    and b.region = l.to_region and b.kind = l.to_kind and b.asset_id = l.to_id
where b.gone_at is null and b.kind = any(%(wanted)b::text[])
limit %(limit)s::int;

-- name: raised
-- Say of which findings an alert stands.
update posture_finding set alerted_at = %(now)s where id = any(%(ids)b::uuid[]);

-- name: quiet
-- Say that no alert stands for findings any more.
update posture_finding set alerted_at = null where id = any(%(ids)b::uuid[]);

-- name: to_tell
-- Findings as their alerts tell of them.
select f.id, f.number, f.signature, f.title, f.level, f.state, f.reason, f.evidence, f.resolution,
       f.opened_at, f.reopened, f.baseline, f.alerts, f.alerted_at, f.exception_id,
       a.id as asset, a.kind, a.account, a.region, a.asset_id, a.name, a.arn, a.tags, a.service
from posture_finding f
join asset a on a.id = f.asset
where f.id = any(%(ids)b::uuid[])
order by f.level, f.number
limit %(limit)s::int;
