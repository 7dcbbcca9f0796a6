-- name: add
insert into look (id, drill_id, reason, asked_by, asked_at)
values (%(id)s, %(drill_id)s, %(reason)s, %(by)s, %(now)s)
returning number;

-- name: add_account
insert into look_account (id, look_id, account, provider, whole, first, state, began_at)
values (%(id)s, %(look_id)s, %(account)s, %(provider)s, %(whole)s, %(first)s, 'asking', %(now)s);

-- name: add_parts
-- Write down what there is to look at; what is there already stays as it is.
with added as (
    insert into look_part (look_account, region, listing, place, urgent, due_at)
    select %(look_account)s, n.region, n.listing, n.place, %(urgent)s, %(now)s
    from unnest(%(region)b::text[], %(listing)b::text[], %(place)s::int[])
         as n (region, listing, place)
    on conflict (look_account, region, listing) do nothing
    returning 1
)
update look_account
set state = 'looking', parts = parts + (select count(*) from added)
where id = %(look_account)s and state = 'asking';

-- name: account
-- One account of a look, held for this transaction.
select c.id, c.look_id, l.drill_id, c.account, c.provider, c.whole, c.first, c.state, c.why, c.said,
       c.parts, c.done, c.could_not, c.calls, c.assets, c.changed, c.gone, c.began_at, c.ended_at,
       c.judged, c.judged_under
from look_account c
join look l on l.id = c.look_id
where c.id = %(id)s
limit 1
for update of c;

-- name: open_of
-- The look that an account is in the middle of, if it is looked at whole.
select c.id, c.look_id, l.drill_id, c.account, c.provider, c.whole, c.first, c.state, c.why, c.said,
       c.parts, c.done, c.could_not, c.calls, c.assets, c.changed, c.gone, c.began_at, c.ended_at,
       c.judged, c.judged_under
from look_account c
join look l on l.id = c.look_id
where c.account = %(account)s and l.drill_id is not distinct from %(drill_id)s::uuid and c.whole
  and c.ended_at is null and c.began_at > %(since)s
order by c.began_at desc
limit 1;

-- name: last_began
-- When an account was last looked at: whole, or only what was written to.
select max(c.began_at) as began_at
from look_account c
join look l on l.id = c.look_id
where c.account = %(account)s and l.drill_id is not distinct from %(drill_id)s::uuid
  and c.whole = %(whole)s
limit 1;

-- name: accounts
select c.id, c.look_id, l.drill_id, c.account, c.provider, c.whole, c.first, c.state, c.why, c.said,
       c.parts, c.done, c.could_not, c.calls, c.assets, c.changed, c.gone, c.began_at, c.ended_at,
       c.judged, c.judged_under
from look_account c
join look l on l.id = c.look_id
where c.look_id = any(%(looks)b::uuid[])
order by c.look_id, c.account
limit %(limit)s::int;

-- name: listed
select l.id, l.number, l.drill_id, l.reason, l.asked_by, l.asked_at, l.ended_at
from look l
where l.drill_id is not distinct from %(drill_id)s::uuid
  and (%(number)s::bigint is null or l.number = %(number)s)
  and (not %(whole)s::bool or l.reason <> 'dirty')
order by l.number desc
limit %(limit)s::int;

-- name: some
select l.id, l.number, l.drill_id, l.reason, l.asked_by, l.asked_at, l.ended_at
from look l
where l.id = any(%(looks)b::uuid[])
limit %(limit)s::int;

-- name: troubles
-- What of some looks could not be looked at, or not yet, by why.
select c.look_id, p.why, count(*)::int as parts,
       (count(*) filter (where p.state = 'waiting'))::int as waiting, min(p.said) as said
from look_part p
join look_account c on c.id = p.look_account
where c.look_id = any(%(looks)b::uuid[]) and p.why <> '' and p.state <> 'looked'
group by c.look_id, p.why
order by c.look_id, count(*) desc, p.why
limit %(limit)s::int;

-- name: claim
-- Lease parts that are due and free: what was written to first, then what waited longest.
update look_part p
set lease_until = %(until)s, fence = p.fence + 1, attempts = p.attempts + 1
from (
    select w.look_account, w.region, w.listing
    from look_part w
    where w.state = 'waiting' and w.due_at <= %(now)s
      and (w.lease_until is null or w.lease_until < %(now)s)
    order by w.urgent desc, w.due_at, w.place
    limit %(limit)s::int
    for update skip locked
) d
join look_account c on c.id = d.look_account
join look l on l.id = c.look_id
where p.look_account = d.look_account and p.region = d.region and p.listing = d.listing
returning p.look_account, l.drill_id, c.account, c.provider, c.whole, p.region, p.listing, p.fence,
          p.attempts;

-- name: renew
-- Keep parts that are still being looked at.
update look_part p
set lease_until = %(until)s
from unnest(%(look_account)b::uuid[], %(region)b::text[], %(listing)b::text[], %(fence)s::bigint[])
     as n (look_account, region, listing, fence)
where p.look_account = n.look_account and p.region = n.region and p.listing = n.listing
  and p.fence = n.fence and p.state = 'waiting';

-- name: waiting
-- Of which listings a part is still to be looked at.
select distinct p.listing
from look_part p
where p.look_account = %(id)s and p.state = 'waiting'
limit %(limit)s::int;

-- name: judged
-- Keep kinds that were judged while the rest is still being looked at.
update look_account
set judged = %(kinds)b::text[] || case when judged_under = %(under)s then judged else '{}' end,
    judged_under = %(under)s
where id = %(id)s and state = 'looking';

-- name: settle
-- End a part, if it is still this worker's.
update look_part p
set state = %(state)s, why = %(why)s, said = %(said)s, calls = %(calls)s, assets = %(assets)s,
    ended_at = %(now)s, lease_until = null
where p.look_account = %(look_account)s and p.region = %(region)s and p.listing = %(listing)s
  and p.fence = %(fence)s and p.state = 'waiting';

-- name: put_off
-- Look at a part again later, if it is still this worker's.
update look_part p
set due_at = %(due_at)s, lease_until = null, why = %(why)s, said = %(said)s
where p.look_account = %(look_account)s and p.region = %(region)s and p.listing = %(listing)s
  and p.fence = %(fence)s and p.state = 'waiting';

-- name: give_up
-- End the parts of an account that nobody is looking at: they could not be looked at either.
update look_part p
set state = 'could not look', why = %(why)s, said = %(said)s, ended_at = %(now)s
where p.look_account = %(look_account)s and p.state = 'waiting'
  and (p.lease_until is null or p.lease_until < %(now)s)
returning p.region, p.listing;

-- name: count
-- Count what ended; return how many parts are left.
update look_account c
set done = c.done + %(done)s, could_not = c.could_not + %(could_not)s, calls = c.calls + %(calls)s,
    assets = c.assets + %(assets)s, changed = c.changed + %(changed)s, gone = c.gone + %(gone)s,
    state = case when c.state = 'looking' and c.done + %(done)s >= c.parts then 'judging'
                 else c.state end
where c.id = %(look_account)s
returning c.parts - c.done as parts_left;

-- name: close
-- End an account's part of a look, and the look when it was the last.
with ended as (
    update look_account c
    set state = 'ended', ended_at = %(now)s, why = %(why)s, said = %(said)s
    where c.id = %(id)s and c.ended_at is null
    returning c.look_id
)
update look l
set ended_at = %(now)s
from ended e
where l.id = e.look_id
  and not exists (select from look_account o
                  where o.look_id = l.id and o.id <> %(id)s and o.ended_at is null);

-- name: forget
-- Forget looks that ended long ago, with all that belongs to them.
with old as (
    select l.id from look l
    where l.ended_at < %(before)s
    order by l.ended_at
    limit %(limit)s::int
), parts as (
    delete from look_part p using look_account c
    where c.id = p.look_account and c.look_id in (select o.id from old o)
)
select o.id from old o;

-- name: forget_accounts
delete from look_account where look_id = any(%(looks)b::uuid[]);

-- name: forget_looks
delete from look where id = any(%(looks)b::uuid[]);
