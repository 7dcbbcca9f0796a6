-- name: wish
-- Wish for a message. Wishing twice for the same key is wishing once; `fresh` says which it was.
insert into outbox as o (id, key, channel, recipient, person, subject, body, about_kind, about_id,
                         drill_id, wished_at)
values (%(id)s, %(key)s, %(channel)s, %(recipient)s, %(person)s, %(subject)s, %(body)s,
        %(about_kind)s, %(about_id)s, %(drill_id)s, %(wished_at)s)
on conflict (key) do update set key = excluded.key
returning o.id, (o.xmax = 0) as fresh;

-- name: get
-- One message, held for this transaction. Its key never changes, so that rows which name it (what
-- another speaks for, an attempt) need not wait: two that did waited for each other.
select o.id, o.key, o.channel, o.recipient, o.person, o.subject, o.body, o.about_kind, o.about_id,
       o.drill_id, o.wished_at, o.state, o.settled_at, o.held_until, o.taken_receipt
from outbox o
where o.id = %(id)s
limit 1
for no key update;

-- name: about
select o.id, o.key, o.channel, o.recipient, o.person, o.subject, o.body, o.about_kind, o.about_id,
       o.drill_id, o.wished_at, o.state, o.settled_at, o.held_until, o.taken_receipt
from outbox o
where o.about_kind = %(about_kind)s and o.about_id = any(%(about_ids)b::uuid[])
order by o.wished_at, o.id
limit %(limit)s::int;

-- name: took
-- Note that the other side has the message, in a transaction that is this statement.
update outbox set taken_receipt = %(receipt)s
where id = %(id)s and state = 'waiting';

-- name: settle
update outbox set state = %(state)s, settled_at = %(now)s
where id = %(id)s and state = 'waiting';

-- name: cancel_about
-- Withdraw what has not been sent about these things.
with gone as (
    update outbox set state = 'cancelled', settled_at = %(now)s
    where about_kind = %(about_kind)s and about_id = any(%(about_ids)b::uuid[])
      and state = 'waiting'
    returning id
)
delete from due where kind = 'send' and id in (select id from gone);

-- name: attempted
insert into delivery (outbox_id, attempt, at, outcome, detail)
values (%(outbox_id)s,
        (select coalesce(max(d.attempt), 0) + 1 from delivery d where d.outbox_id = %(outbox_id)s),
        %(at)s, %(outcome)s, %(detail)s);

-- name: attempts_about
select d.outbox_id, d.attempt, d.at, d.outcome, d.detail
from delivery d
join outbox o on o.id = d.outbox_id
where o.about_kind = %(about_kind)s and o.about_id = any(%(about_ids)b::uuid[])
order by d.at, d.attempt
limit %(limit)s::int;

-- name: crowd_size
-- How many messages about pages wait for an address and are due, up to a limit.
select count(*)::int as waiting, min(c.due_at) as oldest
from (
    select d.due_at
    from outbox o
    join due d on d.kind = 'send' and d.id = o.id
    where o.channel = %(channel)s and o.recipient = %(recipient)s and o.state = 'waiting'
      and o.about_kind = 'page' and o.drill_id is not distinct from %(drill_id)s::uuid
      and d.due_at <= %(now)s and d.parked_at is null and o.taken_receipt is null
    limit %(limit)s::int
) c
limit 1;

-- name: one_at_a_time
-- Let one transaction at a time decide about the messages that wait for an address. Nobody waits:
-- twenty that did would hold twenty connections.
select pg_try_advisory_xact_lock(
    hashtextextended(%(channel)s || ' ' || %(recipient)s, 20)) as locked;

-- name: crowd
-- The messages that wait for an address and are due, worst and newest first, their alerts held.
-- What is on its way, and what belongs to an alert that somebody is busy with, is left out.
select o.id, a.id as alert_id, a.number, a.priority, o.carried_by, d.due_at,
       coalesce(i.incident_id::text, a.service, a.id::text) as about
from outbox o
join due d on d.kind = 'send' and d.id = o.id
join page p on o.about_kind = 'page' and p.id = o.about_id
join alert a on a.id = p.alert_id
left join incident_alert i on i.alert_id = a.id
where o.channel = %(channel)s and o.recipient = %(recipient)s and o.state = 'waiting'
  and o.drill_id is not distinct from %(drill_id)s::uuid
  and d.due_at <= %(now)s and d.parked_at is null and a.state <> 'resolved'
  and o.taken_receipt is null
  and (d.lease_until is null or o.prepared_fence is distinct from d.fence)
order by a.priority, d.due_at desc, o.id
limit %(limit)s::int
for update of a skip locked;

-- name: told_lately
-- What an address was told of by a message of its own since a moment.
select distinct coalesce(i.incident_id::text, a.service, a.id::text) as about
from outbox o
join page p on o.about_kind = 'page' and p.id = o.about_id
join alert a on a.id = p.alert_id
left join incident_alert i on i.alert_id = a.id
where o.channel = %(channel)s and o.recipient = %(recipient)s and o.state = 'delivered'
  and o.settled_at > %(since)s and o.carried_by is null and a.priority = 1
limit %(limit)s::int;

-- name: carry
-- Let one message speak for others.
update outbox set carried_by = %(carrier)s, carried_at = null
where id = any(%(ids)b::uuid[]) and state = 'waiting';

-- name: carried
-- The messages another speaks for, and which alert each is about; worst and newest first.
select o.id, o.about_id as page_id, a.id as alert_id, a.number, a.priority, a.title, a.service,
       a.state as alert_state, o.state, o.person, o.channel, o.carried_at, p.step
from outbox o
join page p on o.about_kind = 'page' and p.id = o.about_id
join alert a on a.id = p.alert_id
where o.carried_by = %(carrier)s
order by a.priority, o.wished_at desc, o.id
limit %(limit)s::int;

-- name: spoken
-- The message that carries these is on its way.
update outbox set carried_at = %(now)s
where id = any(%(ids)b::uuid[]) and carried_by = %(carrier)s and state = 'waiting';

-- name: told_together
-- What a message spoke for arrived with it. An attempt of each is remembered, too.
with told as (
    update outbox set state = 'delivered', settled_at = %(now)s
    where id = any(%(ids)b::uuid[]) and state = 'waiting'
    returning id, about_id
), off as (
    delete from due d using told t where d.kind = 'send' and d.id = t.id
), paged as (
    update page p set state = 'sent', settled_at = %(now)s
    from told t where p.id = t.about_id and p.state = 'wished'
)
insert into delivery (outbox_id, attempt, at, outcome, detail)
select t.id, coalesce((select max(d.attempt) from delivery d where d.outbox_id = t.id), 0) + 1,
       %(now)s, 'delivered', %(detail)s
from told t;

-- name: prepared
-- This message is being sent, under the claim its row has now.
update outbox o set prepared_fence = d.fence
from due d
where o.id = %(id)s and d.kind = 'send' and d.id = o.id;

-- name: hold_back
-- Let a message wait for what is being sorted, at the longest until a moment.
update outbox set held_until = %(until)s where id = %(id)s and held_until is null;

-- name: undeliver
-- What was taken arrived nowhere, or never was; a message that still waits ends with it.
update outbox set state = 'refused', settled_at = %(now)s
where id = %(id)s and state in ('delivered', 'waiting');

-- name: address_of
select o.channel, o.recipient, o.drill_id
from outbox o
where o.id = %(id)s
limit 1;
