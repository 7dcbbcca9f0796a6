-- name: add
insert into approval (id, action_id, content, content_hash, requester, needed, asked_at, expires_at)
values (%(id)s, %(action_id)s, %(content)s, %(content_hash)s, %(requester)s, %(needed)s, %(now)s,
        %(expires_at)s);

-- name: get
select a.id, a.number, a.action_id, a.content, a.content_hash, a.requester, a.needed, a.state,
       a.asked_at, a.expires_at, a.decided_at
from approval a
where a.id = %(id)s
limit 1;

-- name: numbered
select a.id, a.number, a.action_id, a.content, a.content_hash, a.requester, a.needed, a.state,
       a.asked_at, a.expires_at, a.decided_at
from approval a
where a.number = %(number)s
limit 1;

-- name: of_actions
select a.id, a.number, a.action_id, a.content, a.content_hash, a.requester, a.needed, a.state,
       a.asked_at, a.expires_at, a.decided_at
from approval a
where a.action_id = any(%(action_ids)b::uuid[])
order by a.number
limit %(limit)s::int;

-- name: waiting
select a.id, a.number, a.action_id, a.content, a.content_hash, a.requester, a.needed, a.state,
       a.asked_at, a.expires_at, a.decided_at
from approval a
where a.state = 'waiting'
order by a.expires_at
limit %(limit)s::int;

-- name: set_state
update approval set state = %(state)s, decided_at = %(now)s
where id = %(id)s and state = %(was)s;

-- name: vote
insert into approval_vote (approval_id, requester, person, decision, reason, at)
values (%(approval_id)s, %(requester)s, %(person)s, %(decision)s, %(reason)s, %(now)s);

-- name: votes
select v.approval_id, v.person, v.decision, v.reason, v.at
from approval_vote v
where v.approval_id = any(%(approval_ids)b::uuid[])
order by v.at, v.person
limit %(limit)s::int;
