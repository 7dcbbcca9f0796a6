-- name: wish
-- Wish that assets be read again. Wished anew, it is one wish: of the latest call.
insert into reread as r (id, drill_id, account, region, kind, asset_id, who, call, called_at,
                         signal_id, wished_at, due_at)
select n.id, n.drill_id, n.account, n.region, n.kind, n.asset_id, n.who, n.call, n.called_at,
       n.signal_id, %(now)s, %(now)s
from unnest(%(id)b::uuid[], %(drill_id)b::uuid[], %(account)b::text[], %(region)b::text[],
            %(kind)b::text[], %(asset_id)b::text[], %(who)b::text[], %(call)b::text[],
            %(called_at)b::timestamptz[], %(signal_id)b::uuid[])
     as n (id, drill_id, account, region, kind, asset_id, who, call, called_at, signal_id)
order by n.account, n.kind, n.region, n.asset_id
on conflict (account, kind, region, asset_id, drill_id) do update
set wishes = r.wishes + 1, due_at = excluded.due_at, attempts = 0, unchanged = false,
    who = case when excluded.called_at >= r.called_at then excluded.who else r.who end,
    call = case when excluded.called_at >= r.called_at then excluded.call else r.call end,
    signal_id = case when excluded.called_at >= r.called_at then excluded.signal_id
                     else r.signal_id end,
    called_at = greatest(excluded.called_at, r.called_at);

-- name: claim
-- Lease readings that are due and free, the oldest first.
update reread r
set lease_until = %(until)s, fence = r.fence + 1, attempts = r.attempts + 1
from (
    select w.id
    from reread w
    where w.due_at <= %(now)s and (w.lease_until is null or w.lease_until < %(now)s)
    order by w.due_at
    limit %(limit)s::int
    for update skip locked
) d
where r.id = d.id
returning r.id, r.drill_id, r.account, r.region, r.kind, r.asset_id, r.who, r.call, r.called_at,
          r.signal_id, r.wishes, r.wished_at, r.fence, r.attempts, r.unchanged;

-- name: hold
-- Hold a claim for this transaction, if it still stands.
select r.id, r.drill_id, r.account, r.region, r.kind, r.asset_id, r.who, r.call, r.called_at,
       r.signal_id, r.wishes, r.wished_at, r.fence, r.attempts, r.unchanged
from reread r
where r.id = %(id)s and r.fence = %(fence)s
limit 1
for update;

-- name: finish
-- End a wish, unless somebody has wished the same since.
delete from reread where id = %(id)s and fence = %(fence)s and wishes = %(wishes)s;

-- name: free
-- Let a wish be taken again at once, by whoever comes.
update reread set lease_until = null, attempts = 0 where id = %(id)s and fence = %(fence)s;

-- name: put_off
update reread set due_at = %(due_at)s, lease_until = null, unchanged = %(unchanged)s
where id = %(id)s and fence = %(fence)s;

-- name: linkers
-- The assets that are linked to things which are only a part of them.
select n.place, a.drill_id, a.kind, a.account, a.region, a.asset_id
from unnest(%(place)s::int[], %(kind)b::text[], %(account)b::text[], %(region)b::text[],
            %(asset_id)b::text[]) as n (place, kind, account, region, asset_id)
join asset_link l on l.to_id = n.asset_id and l.to_kind = n.kind and l.to_account = n.account
     and l.to_region = n.region
join asset a on a.id = l.asset
where a.gone_at is null
order by n.place, a.id
limit %(limit)s::int;

-- name: waiting
select count(*)::int as total from reread limit 1;
