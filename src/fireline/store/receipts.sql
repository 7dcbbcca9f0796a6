-- name: wish_of
-- The message a provider was asked to carry, by its key. Nothing is held.
select o.id, o.channel, o.person, o.recipient, o.subject, o.body, o.about_kind, o.about_id, o.state
from outbox o
where o.key = %(key)s
limit 1;

-- name: lock
select r.provider, r.message_id, r.outbox_id, r.state, r.reason, r.first_at, r.at
from receipt r
where r.provider = %(provider)s and r.message_id = %(message_id)s
limit 1
for update;

-- name: begin
insert into receipt (provider, message_id, outbox_id, state, reason, first_at, at)
values (%(provider)s, %(message_id)s, %(outbox_id)s, %(state)s, %(reason)s, %(now)s, %(now)s)
on conflict (provider, message_id) do nothing;

-- name: advance
update receipt set state = %(state)s, reason = %(reason)s, at = %(now)s
where provider = %(provider)s and message_id = %(message_id)s;

-- name: of_wishes
-- What is known of some messages, oldest first.
select r.provider, r.message_id, r.outbox_id, r.state, r.reason, r.first_at, r.at
from receipt r
where r.outbox_id = any(%(outbox_ids)b::uuid[])
order by r.first_at, r.provider, r.message_id
limit %(limit)s::int;
