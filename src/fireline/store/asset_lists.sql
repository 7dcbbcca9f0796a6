-- name: listed
-- Assets that fit, in the order of their names, after one of them. Those of accounts nobody looks at
-- any more are left out.
select a.id, a.kind, a.account, a.region, a.asset_id, a.arn, a.name, a.tags, a.unread, a.version,
       a.service, a.owner_reason, a.cost, a.currency, a.doubt, a.first_seen, a.last_seen,
       a.changed_at, a.gone_at
from asset a
where a.drill_id is not distinct from %(drill_id)s::uuid
  and (%(gone)s::bool is null or (a.gone_at is not null) = %(gone)s)
  and (%(kind)s::text is null or a.kind like %(kind)s)
  and (%(account)s::text is null or a.account = %(account)s)
  and (%(region)s::text is null or a.region = %(region)s)
  and (%(service)s::text is null or a.service = %(service)s)
  and (not %(unowned)s::bool or a.service is null)
  and (%(tag)s::text is null or a.tags ? %(tag)s)
  and (%(tag_value)s::text is null or a.tags ->> %(tag)s = %(tag_value)s)
  and (%(words)s::text is null or a.words @@ %(words)s::tsquery)
  and not exists (select from cloud_account c
                  where c.account = a.account and c.drill_id is not distinct from a.drill_id
                    and c.removed_at is not null)
  and (%(after)s::uuid is null
       or (a.kind, a.account, a.region, a.asset_id)
          > (select b.kind, b.account, b.region, b.asset_id from asset b where b.id = %(after)s))
order by a.kind, a.account, a.region, a.asset_id
limit %(limit)s::int;

-- name: counted
-- How many assets there are, by kind, account and region.
select a.kind, a.account, a.region, count(*)::int as assets,
       (count(*) filter (where a.service is null))::int as unowned
from asset a
where a.drill_id is not distinct from %(drill_id)s::uuid and a.gone_at is null
  and not exists (select from cloud_account c
                  where c.account = a.account and c.drill_id is not distinct from a.drill_id
                    and c.removed_at is not null)
group by a.kind, a.account, a.region
order by a.kind, a.account, a.region
limit %(limit)s::int;

-- name: get
select a.id, a.drill_id, a.kind, a.account, a.region, a.asset_id, a.arn, a.name, a.tags, a.config,
       a.unread, a.kept, a.links, a.version, a.service, a.owner_reason, a.cost, a.currency,
       a.cost_since, a.doubt, a.first_seen, a.last_seen, a.changed_at, a.gone_at
from asset a
where a.id = %(id)s
limit 1;

-- name: called
-- Assets by the id, ARN or name people know them by; what is there before what is gone.
select a.id, a.kind, a.account, a.region, a.asset_id, a.arn, a.name, a.tags, a.unread, a.version,
       a.service, a.owner_reason, a.cost, a.currency, a.doubt, a.first_seen, a.last_seen,
       a.changed_at, a.gone_at
from asset a
where a.drill_id is not distinct from %(drill_id)s::uuid
  and (a.asset_id = %(called)s or (%(called)s <> '' and a.arn = %(called)s)
       or a.words @@ %(words)s::tsquery and a.name = %(called)s)
order by a.gone_at is not null, a.kind, a.account, a.region, a.asset_id
limit %(limit)s::int;

-- name: by_refs
-- Some assets in short, by what they are called. A region may be missing where a source left it out.
select a.id, a.kind, a.account, a.region, a.asset_id, a.arn, a.name, a.tags, a.unread, a.version,
       a.service, a.owner_reason, a.cost, a.currency, a.doubt, a.first_seen, a.last_seen,
       a.changed_at, a.gone_at
from unnest(%(kind)b::text[], %(account)b::text[], %(region)b::text[], %(asset_id)b::text[])
     as n (kind, account, region, asset_id)
cross join lateral (
    select k.*
    from asset k
    where k.account = n.account and k.kind = n.kind and k.asset_id = n.asset_id
      and (k.region = n.region or n.region = '')
      and k.drill_id is not distinct from %(drill_id)s::uuid
    limit 20
) as a
order by a.id
limit %(limit)s::int;

-- name: whole_by_refs
select a.id, a.kind, a.account, a.region, a.asset_id, a.arn, a.name, a.tags, a.config, a.unread,
       a.links, a.digest, a.gone_at
from unnest(%(kind)b::text[], %(account)b::text[], %(region)b::text[], %(asset_id)b::text[])
     as n (kind, account, region, asset_id)
cross join lateral (
    select k.*
    from asset k
    where k.account = n.account and k.kind = n.kind and k.region = n.region
      and k.asset_id = n.asset_id and k.drill_id is not distinct from %(drill_id)s::uuid
    limit 1
) as a
where a.gone_at is null
order by a.id
limit %(limit)s::int;

-- name: whole_by_ids
select a.id, a.kind, a.account, a.region, a.asset_id, a.arn, a.name, a.tags, a.config, a.unread,
       a.links, a.digest, a.gone_at
from asset a
where a.id = any(%(ids)b::uuid[]) and a.gone_at is null
order by a.id
limit %(limit)s::int;

-- name: whole_of_account
-- Assets of some kinds of an account with all that is known, in the order of their ids.
select a.id, a.kind, a.account, a.region, a.asset_id, a.arn, a.name, a.tags, a.config, a.unread,
       a.links, a.digest, a.gone_at
from asset a
where a.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
  and a.kind = any(%(kinds)b::text[]) and a.gone_at is null
  and (%(after)s::uuid is null
       or (a.kind, a.region, a.asset_id)
          > (select b.kind, b.region, b.asset_id from asset b where b.id = %(after)s))
order by a.kind, a.region, a.asset_id
limit %(limit)s::int;

-- name: kinds_of_account
select a.kind, count(*)::int as assets
from asset a
where a.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
  and a.gone_at is null
group by a.kind
order by a.kind
limit %(limit)s::int;

-- name: edges
-- What some assets are linked to and are linked by, of some kinds, where it is known and there. Each
-- is looked up by itself: no plan for all of them is as good.
select e.near, e.far, e.kind, e.relation, e.outward
from (
    select l.asset as near, t.id as far, t.kind, l.relation, true as outward
    from asset_link l
    cross join lateral (
        select k.id, k.kind, k.gone_at
        from asset k
        where k.account = l.to_account and k.kind = l.to_kind and k.region = l.to_region
          and k.asset_id = l.to_id and k.drill_id is not distinct from %(drill_id)s::uuid
        limit 1
    ) as t
    where l.asset = any(%(ids)b::uuid[]) and t.gone_at is null
      and (%(kinds)b::text[] is null or l.to_kind = any(%(kinds)b::text[]))
    union all
    select t.id, f.id, f.kind, l.relation, false
    from asset t
    join asset_link l on l.to_id = t.asset_id and l.to_kind = t.kind and l.to_account = t.account
         and l.to_region = t.region
    join asset f on f.id = l.asset and f.drill_id is not distinct from t.drill_id
    where t.id = any(%(ids)b::uuid[]) and f.gone_at is null
      and (%(kinds)b::text[] is null or f.kind = any(%(kinds)b::text[]))
) as e
order by e.near, e.kind, e.far
limit %(limit)s::int;

-- name: neighbours
-- What some assets are linked to and by, the unknown and the gone too: for people to read.
select e.near, e.relation, e.outward, e.kind, e.account, e.region, e.asset_id, e.far, e.name,
       e.service, e.gone_at
from (
    select l.asset as near, l.relation, true as outward, l.to_kind as kind, l.to_account as account,
           l.to_region as region, l.to_id as asset_id, t.id as far, coalesce(t.name, '') as name,
           t.service, t.gone_at
    from asset_link l
    left join lateral (
        select k.id, k.name, k.service, k.gone_at
        from asset k
        where k.account = l.to_account and k.kind = l.to_kind and k.region = l.to_region
          and k.asset_id = l.to_id and k.drill_id is not distinct from %(drill_id)s::uuid
        limit 1
    ) as t on true
    where l.asset = any(%(ids)b::uuid[])
    union all
    select t.id, l.relation, false, f.kind, f.account, f.region, f.asset_id, f.id, f.name, f.service,
           f.gone_at
    from asset t
    join asset_link l on l.to_id = t.asset_id and l.to_kind = t.kind and l.to_account = t.account
         and l.to_region = t.region
    join asset f on f.id = l.asset and f.drill_id is not distinct from t.drill_id
    where t.id = any(%(ids)b::uuid[]) and f.gone_at is null
) as e
order by e.near, e.outward desc, e.kind, e.account, e.region, e.asset_id
limit %(limit)s::int;

-- name: history
-- The versions of an asset, the newest first, before one of them.
select v.version, v.happened, v.config, v.diff, v.seen_at, v.who, v.call, v.called_at, v.signal_id
from asset_version v
where v.asset = %(asset)s and (%(before)s::int is null or v.version < %(before)s)
order by v.version desc
limit %(limit)s::int;

-- name: recent
-- What changed lately in one world, the newest first.
select a.id, a.kind, a.account, a.region, a.asset_id, a.name, a.service, v.version, v.happened,
       v.diff, v.seen_at, v.who, v.call, v.called_at
from asset_version v
join asset a on a.id = v.asset
where a.drill_id is not distinct from %(drill_id)s::uuid and v.version > 1
  and (%(account)s::text is null or a.account = %(account)s)
order by v.seen_at desc, a.id, v.version desc
limit %(limit)s::int;
