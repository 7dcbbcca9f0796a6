-- name: add
-- Add a contact. One that is there already is returned as it is; `fresh` says which it was.
insert into contact as c (id, person, channel, address, label, added_by, added_at, verified_at)
values (%(id)s, %(person)s, %(channel)s, %(address)s, %(label)s, %(by)s, %(now)s, null)
on conflict (person, channel, md5(address)) where removed_at is null
do update set label = case when excluded.label = '' then c.label else excluded.label end
returning c.id, (c.xmax = 0) as fresh;

-- name: of_people
-- The contacts some people added, in the order they did.
select c.id, c.person, c.channel, c.address, c.label, c.added_at, c.verified_at
from contact c
where c.person = any(%(people)b::text[]) and c.removed_at is null
order by c.person, c.added_at, c.id
limit %(limit)s::int;

-- name: get
-- A contact of this very person, held for this transaction.
select c.id, c.person, c.channel, c.address, c.label, c.added_at, c.verified_at
from contact c
where c.id = %(id)s and c.person = %(person)s and c.removed_at is null
limit 1
for update;

-- name: rename
update contact set label = %(label)s where id = %(id)s;

-- name: verify
update contact set verified_at = %(now)s where id = %(id)s and verified_at is null;

-- name: remove
update contact set removed_at = %(now)s, removed_by = %(by)s
where id = %(id)s and removed_at is null;

-- name: ask
insert into contact_check (id, contact_id, asked_at) values (%(id)s, %(contact_id)s, %(now)s);

-- name: last_check
-- The code asked for last; the ones before it no longer count. Held, so that tries are counted.
select k.id, k.contact_id, k.asked_at, k.tries, k.used_at
from contact_check k
where k.contact_id = %(contact_id)s
order by k.asked_at desc, k.id desc
limit 1
for update;

-- name: is_check
select exists (select 1 from contact_check k where k.id = %(id)s) as found limit 1;

-- name: tried
update contact_check set tries = tries + 1 where id = %(id)s;

-- name: use_check
update contact_check set used_at = %(now)s where id = %(id)s;

-- name: add_code
insert into contact_code (check_id, fingerprint, made_at)
values (%(check_id)s, %(fingerprint)s, %(now)s)
on conflict do nothing;

-- name: codes
-- The codes still good for a check, the newest first.
select c.fingerprint, c.made_at
from contact_code c
where c.check_id = %(check_id)s and c.made_at > %(since)s
order by c.made_at desc
limit %(limit)s::int;

-- name: sent_to
-- How many messages about contacts this person had sent, and how many went to one address.
select count(*) filter (where o.person = %(person)s::text)::int as by_person,
       count(*) filter (where o.recipient = %(address)s::text)::int as to_address
from outbox o
where o.about_kind = 'contact' and o.wished_at > %(since)s
  and (o.person = %(person)s::text or o.recipient = %(address)s::text)
limit 1;

-- name: last_told
-- For each place people were told at: the last message, how it stands, and when one last arrived.
with told as (
    select o.person, o.channel, o.recipient,
           (array_agg(o.id order by o.wished_at desc, o.id desc))[1] as last_id,
           max(o.settled_at) filter (where o.state = 'delivered') as delivered_at,
           max(o.settled_at) filter (where o.state = 'refused') as refused_at
    from unnest(%(people)b::text[]) as p (person)
    cross join lateral (
        select x.id, x.person, x.channel, x.recipient, x.state, x.wished_at, x.settled_at
        from outbox x
        where x.person = p.person and x.drill_id is null and x.state <> 'cancelled'
        order by x.wished_at desc
        limit %(each)s::int
    ) o
    group by o.person, o.channel, o.recipient
)
select t.person, t.channel, t.recipient, t.delivered_at, t.refused_at, l.about_kind, l.state,
       l.wished_at, coalesce(d.outcome, '') as outcome, coalesce(d.detail, '') as detail
from told t
join outbox l on l.id = t.last_id
left join lateral (
    select a.outcome, a.detail from delivery a
    where a.outbox_id = t.last_id
    order by a.attempt desc
    limit 1
) d on true
order by t.person, t.channel, t.recipient
limit %(limit)s::int;

-- name: rules_of
select r.person, r.urgency, r.place, r.channel, r.after
from own_rule r
where r.person = any(%(people)b::text[])
order by r.person, r.urgency, r.place
limit %(limit)s::int;

-- name: drop_rules
delete from own_rule where person = %(person)s and urgency = %(urgency)s;

-- name: set_rules
insert into own_rule (person, urgency, place, channel, after, set_at)
select %(person)s, %(urgency)s, (r.place - 1)::int, r.channel, r.after, %(now)s
from unnest(%(channels)b::text[], %(afters)s::interval[])
     with ordinality as r (channel, after, place);

-- name: quiet_of
select q.person, q.starts, q.ends, q.zone
from own_quiet q
where q.person = any(%(people)b::text[])
order by q.person
limit %(limit)s::int;

-- name: set_quiet
insert into own_quiet (person, starts, ends, zone, set_at)
values (%(person)s, %(starts)s, %(ends)s, %(zone)s, %(now)s)
on conflict (person) do update
set starts = excluded.starts, ends = excluded.ends, zone = excluded.zone, set_at = excluded.set_at;

-- name: drop_quiet
delete from own_quiet where person = %(person)s;

-- name: channels
select c.name, c.calls_from
from channel c
order by c.name
limit %(limit)s::int;

-- name: forget_channels
delete from channel where name <> all(%(names)b::text[]);

-- name: say_channel
insert into channel (name, calls_from, said_at) values (%(name)s, %(calls_from)s, %(now)s)
on conflict (name) do update set calls_from = excluded.calls_from, said_at = excluded.said_at;
