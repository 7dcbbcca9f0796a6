-- name: wish
-- Wish for a message. Wishing twice for the same key is wishing once; `fresh` says which it was.
insert into outbox as o (id, key, channel, recipient, person, subject, body, about_kind, about_id,
                         drill_id, wished_at)
values (%(id)s, %(key)s, %(channel)s, %(recipient)s, %(person)s, %(subject)s, %(body)s,
        %(about_kind)s, %(about_id)s, %(drill_id)s, %(wished_at)s)
on conflict (key) do update set key = excluded.key
returning o.id, (o.xmax = 0) as fresh;

-- name: get
select o.id, o.key, o.channel, o.recipient, o.person, o.subject, o.body, o.about_kind, o.about_id,
       o.drill_id, o.wished_at, o.state, o.settled_at
from outbox o
where o.id = %(id)s
limit 1
for update;

-- name: about
select o.id, o.key, o.channel, o.recipient, o.person, o.subject, o.body, o.about_kind, o.about_id,
       o.drill_id, o.wished_at, o.state, o.settled_at
from outbox o
where o.about_kind = %(about_kind)s and o.about_id = any(%(about_ids)s::uuid[])
order by o.wished_at, o.id
limit %(limit)s::int;

-- name: settle
update outbox set state = %(state)s, settled_at = %(now)s
where id = %(id)s and state = 'waiting';

-- name: cancel_about
-- Withdraw what has not been sent about these things.
with gone as (
    update outbox set state = 'cancelled', settled_at = %(now)s
    where about_kind = %(about_kind)s and about_id = any(%(about_ids)s::uuid[])
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
where o.about_kind = %(about_kind)s and o.about_id = any(%(about_ids)s::uuid[])
order by d.at, d.attempt
limit %(limit)s::int;
