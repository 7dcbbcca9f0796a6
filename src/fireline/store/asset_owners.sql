-- name: known
-- The tags of what is there, by what it is called. Two for one name: nobody can say which it is.
-- Each is looked up by itself, and each way of naming apart: so the indexes are taken even before
-- anything is counted, as after the first look at a large account.
select n.place::int as place, a.kind, a.account, a.region, a.asset_id, a.tags
from unnest(%(kind)b::text[], %(account)b::text[], %(region)b::text[], %(asset_id)b::text[],
            %(held_in)b::text[])
     with ordinality as n (kind, account, region, asset_id, held_in, place)
cross join lateral (
    (select k.kind, k.account, k.region, k.asset_id, k.tags
     from asset k
     where n.held_in = '' and n.account <> ''
       and k.account = n.account and k.kind = n.kind and k.asset_id = n.asset_id
       and (n.region = '' or k.region = n.region)
       and k.gone_at is null and k.drill_id is not distinct from %(drill_id)s::uuid
     limit 2)
    union all
    (select k.kind, k.account, k.region, k.asset_id, k.tags
     from asset k
     where n.held_in = '' and n.account = '' and k.kind = n.kind and k.asset_id = n.asset_id
       and k.gone_at is null and k.drill_id is not distinct from %(drill_id)s::uuid
     limit 2)
    union all
    (select k.kind, k.account, k.region, k.asset_id, k.tags
     from asset k
     where n.held_in <> '' and k.account = n.account and k.kind = n.kind
       and (n.region = '' or k.region = n.region) and k.config ->> n.held_in = n.asset_id
       and k.gone_at is null and k.drill_id is not distinct from %(drill_id)s::uuid
     limit 2)
) as a
order by n.place
limit %(limit)s::int;
