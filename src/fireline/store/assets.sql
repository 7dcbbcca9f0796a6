-- name: known
-- Those of some assets that are known already, held for this transaction; with what was known of
-- them where it is different now. Each is looked up by itself: no plan for all of them is as good.
select a.id, a.kind, a.account, a.region, a.asset_id, a.version, a.service, a.owner_reason, a.doubt,
       a.read_at, a.gone_at, a.tags, a.digest = n.digest as same,
       case when a.digest = n.digest and a.gone_at is null then '{}' else a.config end as config,
       case when a.digest = n.digest and a.gone_at is null then '{}' else a.unread end as unread,
       case when a.digest = n.digest and a.gone_at is null then '{}' else a.kept end as kept
from unnest(%(kind)b::text[], %(account)b::text[], %(region)b::text[], %(asset_id)b::text[],
            %(digest)b::text[]) as n (kind, account, region, asset_id, digest)
cross join lateral (
    select k.*
    from asset k
    where k.account = n.account and k.kind = n.kind and k.region = n.region
      and k.asset_id = n.asset_id and k.drill_id is not distinct from %(drill_id)s::uuid
    limit 1
    for update
) as a
limit %(limit)s::int;

-- name: add
-- Keep assets seen for the first time. One that somebody else has just added is left to them.
insert into asset (id, drill_id, account, region, kind, asset_id, arn, name, tags, config, unread,
                   kept, links, digest, words, version, service, owner_reason, first_seen, last_seen,
                   read_at, changed_at)
select n.id, %(drill_id)s, n.account, n.region, n.kind, n.asset_id, n.arn, n.name, n.tags::jsonb,
       n.config::jsonb, n.unread::jsonb, n.kept::jsonb, n.links::jsonb, n.digest,
       array_to_tsvector(string_to_array(n.words, ' ')), n.version, n.service, n.owner_reason,
       %(now)s, %(now)s, %(read_at)s, %(now)s
from unnest(
    %(id)b::uuid[], %(account)b::text[], %(region)b::text[], %(kind)b::text[], %(asset_id)b::text[],
    %(arn)b::text[], %(name)b::text[], %(tags)b::text[], %(config)b::text[], %(unread)b::text[],
    %(kept)b::text[], %(links)b::text[], %(digest)b::text[], %(words)b::text[], %(version)s::int[],
    %(service)b::text[], %(owner_reason)b::text[]
) as n (id, account, region, kind, asset_id, arn, name, tags, config, unread, kept, links, digest,
        words, version, service, owner_reason)
order by n.account, n.kind, n.region, n.asset_id
on conflict (account, kind, region, asset_id, drill_id) do nothing
returning id;

-- name: change
-- Set known assets to what was read of them; `changed` are those of which it is a new version.
update asset a
set arn = n.arn, name = n.name, tags = n.tags::jsonb, config = n.config::jsonb,
    unread = n.unread::jsonb, kept = n.kept::jsonb, links = n.links::jsonb, digest = n.digest,
    words = array_to_tsvector(string_to_array(n.words, ' ')), version = n.version,
    service = n.service, owner_reason = n.owner_reason, doubt = '', last_seen = %(now)s,
    read_at = %(read_at)s, gone_at = null,
    changed_at = case when n.version > a.version then %(now)s else a.changed_at end
from unnest(
    %(id)b::uuid[], %(arn)b::text[], %(name)b::text[], %(tags)b::text[], %(config)b::text[],
    %(unread)b::text[], %(kept)b::text[], %(links)b::text[], %(digest)b::text[], %(words)b::text[],
    %(version)s::int[], %(service)b::text[], %(owner_reason)b::text[]
) as n (id, arn, name, tags, config, unread, kept, links, digest, words, version, service,
        owner_reason)
where a.id = n.id;

-- name: touch
-- Write down that assets are as they were.
update asset set last_seen = %(now)s, read_at = %(read_at)s, doubt = ''
where id = any(%(ids)b::uuid[]);

-- name: add_versions
insert into asset_version (asset, version, happened, config, diff, seen_at, who, call, called_at,
                           signal_id)
select n.asset, n.version, n.happened, n.config::jsonb, n.diff::jsonb, %(now)s, %(who)s, %(call)s,
       %(called_at)s, %(signal_id)s
from unnest(%(asset)b::uuid[], %(version)s::int[], %(happened)b::text[], %(config)b::text[],
            %(diff)b::text[]) as n (asset, version, happened, config, diff)
on conflict (asset, version) do nothing;

-- name: attribute
-- Say who made the latest version of an asset, where a look saw it before the call was heard of.
update asset_version v
set who = %(who)s, call = %(call)s, called_at = %(called_at)s, signal_id = %(signal_id)s
from asset a
where a.id = %(asset)s and v.asset = a.id and v.version = a.version and v.who is null
  and v.version > 1 and v.seen_at >= %(called_at)s;

-- name: unlink
delete from asset_link where asset = any(%(ids)b::uuid[]);

-- name: link
insert into asset_link (asset, relation, to_kind, to_account, to_region, to_id)
select n.asset, n.relation, n.to_kind, n.to_account, n.to_region, n.to_id
from unnest(%(asset)b::uuid[], %(relation)b::text[], %(to_kind)b::text[], %(to_account)b::text[],
            %(to_region)b::text[], %(to_id)b::text[])
     as n (asset, relation, to_kind, to_account, to_region, to_id)
on conflict do nothing;

-- name: lose
-- Mark the assets of a place that a reading of all of them did not find.
with lost as (
    update asset a
    set gone_at = %(now)s, version = a.version + 1, changed_at = %(now)s, read_at = %(read_at)s
    where a.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
      and a.kind = any(%(kinds)b::text[]) and (%(region)s = '' or a.region = %(region)s)
      and a.gone_at is null and a.read_at < %(read_at)s
    returning a.id, a.kind, a.account, a.region, a.asset_id, a.version
), written as (
    insert into asset_version (asset, version, happened, config, diff, seen_at)
    select l.id, l.version, 'gone', '{}', '[]', %(now)s
    from lost l
)
select l.kind, l.account, l.region, l.asset_id
from lost l;

-- name: lose_one
-- Mark an asset as gone that was looked for alone.
with lost as (
    update asset a
    set gone_at = %(now)s, version = a.version + 1, changed_at = %(now)s, read_at = %(read_at)s
    where a.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
      and a.kind = %(kind)s and a.region = %(region)s and a.asset_id = %(asset_id)s
      and a.gone_at is null and a.read_at <= %(read_at)s
    returning a.id, a.kind, a.account, a.region, a.asset_id, a.version
), written as (
    insert into asset_version (asset, version, happened, config, diff, seen_at, who, call, called_at,
                               signal_id)
    select l.id, l.version, 'gone', '{}', '[]', %(now)s, %(who)s, %(call)s, %(called_at)s,
           %(signal_id)s
    from lost l
)
select l.kind, l.account, l.region, l.asset_id
from lost l;

-- name: doubt
-- Write down why what is known of an asset may be old.
update asset
set doubt = %(doubt)s
where drill_id is not distinct from %(drill_id)s::uuid and account = %(account)s and kind = %(kind)s
  and region = %(region)s and asset_id = %(asset_id)s and gone_at is null;

-- name: to_own
-- Assets of an account in the order of their ids, to find out again whose they are.
select a.id, a.kind, a.account, a.region, a.asset_id, a.tags, a.service, a.owner_reason
from asset a
where a.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
  and (%(after)s::uuid is null or a.id > %(after)s)
order by a.id
limit %(limit)s::int;

-- name: own
update asset a
set service = n.service, owner_reason = n.owner_reason
from unnest(%(id)b::uuid[], %(service)b::text[], %(owner_reason)b::text[])
     as n (id, service, owner_reason)
where a.id = n.id;

-- name: set_costs
-- Set what resources of an account cost, by their ARN or id.
update asset a
set cost = n.amount::numeric, currency = n.currency, cost_since = n.since
from unnest(%(resource)b::text[], %(amount)b::text[], %(currency)b::text[],
            %(since)b::timestamptz[]) as n (resource, amount, currency, since)
where a.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
  and (a.arn = n.resource or a.asset_id = n.resource);

-- name: forget_costs
-- Forget what nobody says any more: another month's cost is not this month's.
update asset a
set cost = null, currency = null, cost_since = null
where a.drill_id is not distinct from %(drill_id)s::uuid and a.account = %(account)s
  and a.cost is not null;
