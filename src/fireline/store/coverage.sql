-- name: set
-- Write down how a look at a listing ended. What could not be looked at keeps its last good look.
insert into asset_coverage as c (id, drill_id, account, region, listing, outcome, why, said, at,
                                 looked_at, assets)
select n.id, %(drill_id)s, n.account, n.region, n.listing,
       case when n.why = '' then 'looked' else 'could not look' end, n.why, n.said, %(now)s,
       case when n.why = '' then %(now)s::timestamptz end, n.assets
from unnest(%(id)b::uuid[], %(account)b::text[], %(region)b::text[], %(listing)b::text[],
            %(why)b::text[], %(said)b::text[], %(assets)s::int[])
     as n (id, account, region, listing, why, said, assets)
order by n.account, n.region, n.listing
on conflict (account, region, listing, drill_id) do update
set outcome = excluded.outcome, why = excluded.why, said = excluded.said, at = excluded.at,
    looked_at = coalesce(excluded.looked_at, c.looked_at),
    assets = case when excluded.why = '' then excluded.assets else c.assets end,
    -- What was written while it was read may not have been seen.
    dirty_at = case when excluded.why = '' and c.dirty_at < %(read_at)s then null else c.dirty_at end;

-- name: close
-- Say of an account's listings, all or those of which nothing is left, why they cannot be looked at.
update asset_coverage
set outcome = 'could not look', why = %(why)s, said = %(said)s, at = %(now)s
where drill_id is not distinct from %(drill_id)s::uuid and account = %(account)s
  and (region, listing) not in (
      select k.region, k.listing
      from unnest(%(kept_regions)b::text[], %(kept_listings)b::text[]) as k (region, listing)
  );

-- name: listed
select c.account, c.region, c.listing, c.outcome, c.why, c.said, c.at, c.looked_at, c.assets,
       c.dirty_at
from asset_coverage c
where c.drill_id is not distinct from %(drill_id)s::uuid
  and (%(account)s::text is null or c.account = %(account)s)
  and (not %(troubled)s::bool or c.outcome = 'could not look')
order by c.account, c.region, c.listing
limit %(limit)s::int;

-- name: of_accounts
select c.account, c.region, c.listing, c.outcome, c.why, c.said, c.at, c.looked_at, c.assets,
       c.dirty_at
from asset_coverage c
where c.drill_id is not distinct from %(drill_id)s::uuid and c.account = any(%(accounts)b::text[])
order by c.account, c.region, c.listing
limit %(limit)s::int;

-- name: mark_dirty
-- Something was written in these places that nobody can name: they are to be looked at soon.
update asset_coverage c
set dirty_at = %(now)s
from unnest(%(account)b::text[], %(region)b::text[], %(listing)b::text[])
     as n (account, region, listing)
where c.drill_id is not distinct from %(drill_id)s::uuid and c.account = n.account
  and c.region in (n.region, '') and c.listing = n.listing;

-- name: dirty
select c.account, c.region, c.listing, c.outcome, c.why, c.said, c.at, c.looked_at, c.assets,
       c.dirty_at
from asset_coverage c
where c.drill_id is not distinct from %(drill_id)s::uuid and c.account = %(account)s
  and c.dirty_at is not null
order by c.region, c.listing
limit %(limit)s::int;
