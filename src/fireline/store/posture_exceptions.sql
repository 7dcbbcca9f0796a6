-- name: add
insert into posture_exception (id, drill_id, signature, asset, tag, account, owner, ticket, reason,
                               broad_why, expires_at, made_by, made_at)
values (%(id)s, %(drill_id)s::uuid, %(signature)s, %(asset)s, %(tag)s, %(account)s, %(owner)s,
        %(ticket)s, %(reason)s, %(broad)s, %(expires_at)s, %(by)s, %(now)s);

-- name: standing
-- The exceptions of one world that stand, for some signatures.
select x.id, x.number, x.drill_id, x.signature, x.asset, x.tag, x.account, x.owner, x.ticket,
       x.reason, x.broad_why, x.expires_at, x.made_by, x.made_at, x.warned_at, x.ended_at,
       x.ended_by
from posture_exception x
where x.drill_id is not distinct from %(drill_id)s::uuid
  and x.signature = any(%(signatures)b::text[])
  and x.ended_at is null and x.expires_at > %(now)s
order by x.expires_at desc, x.number
limit %(limit)s::int;

-- name: listed
-- The exceptions of one world, those that stand first, each with the findings it holds.
select x.id, x.number, x.drill_id, x.signature, x.asset, x.tag, x.account, x.owner, x.ticket,
       x.reason, x.broad_why, x.expires_at, x.made_by, x.made_at, x.warned_at, x.ended_at,
       x.ended_by,
       (select count(*) from posture_finding f
        where f.exception_id = x.id and f.state = 'open')::int as holds
from posture_exception x
where x.drill_id is not distinct from %(drill_id)s::uuid
  and (%(ended)s::bool or (x.ended_at is null and x.expires_at > %(now)s))
  and (%(signature)s::text is null or x.signature = %(signature)s)
order by (x.ended_at is null and x.expires_at > %(now)s) desc, x.expires_at, x.number
limit %(limit)s::int
offset %(offset)s::int;

-- name: numbered
select x.id, x.number, x.drill_id, x.signature, x.asset, x.tag, x.account, x.owner, x.ticket,
       x.reason, x.broad_why, x.expires_at, x.made_by, x.made_at, x.warned_at, x.ended_at,
       x.ended_by,
       (select count(*) from posture_finding f
        where f.exception_id = x.id and f.state = 'open')::int as holds
from posture_exception x
where x.number = %(number)s
limit 1;

-- name: some
select x.id, x.number, x.drill_id, x.signature, x.asset, x.tag, x.account, x.owner, x.ticket,
       x.reason, x.broad_why, x.expires_at, x.made_by, x.made_at, x.warned_at, x.ended_at,
       x.ended_by
from posture_exception x
where x.id = any(%(ids)b::uuid[])
limit %(limit)s::int;

-- name: lock
select x.id, x.number, x.drill_id, x.signature, x.asset, x.tag, x.account, x.owner, x.ticket,
       x.reason, x.broad_why, x.expires_at, x.made_by, x.made_at, x.warned_at, x.ended_at,
       x.ended_by
from posture_exception x
where x.id = %(id)s
limit 1
for update;

-- name: warned
update posture_exception set warned_at = %(now)s where id = %(id)s;

-- name: over
update posture_exception set ended_at = %(now)s, ended_by = %(by)s
where id = %(id)s and ended_at is null;

-- name: cover
-- Say which exception each of some findings is under; null: none.
update posture_finding f set exception_id = n.exception_id
from unnest(%(findings)b::uuid[], %(exceptions)b::uuid[]) as n (finding, exception_id)
where f.id = n.finding;

-- name: open_of
-- The open findings of a signature in one world, as exceptions see them.
select f.id, f.exception_id, f.alerts, f.alerted_at, a.kind, a.account, a.region, a.asset_id, a.arn,
       a.tags
from posture_finding f
join asset a on a.id = f.asset
where f.drill_id is not distinct from %(drill_id)s::uuid and f.signature = %(signature)s
  and f.state = 'open'
order by f.number
limit %(limit)s::int
for update of f;

-- name: judged_by
-- The assets a signature says something of, as exceptions see them.
select a.kind, a.account, a.region, a.asset_id, a.arn, a.tags
from posture_verdict v
join asset a on a.id = v.asset
where a.drill_id is not distinct from %(drill_id)s::uuid and v.signature = %(signature)s
  and v.verdict <> 'not applicable'
order by a.id
limit %(limit)s::int;
