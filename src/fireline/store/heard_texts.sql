-- name: hear
-- Note a text as heard. Waits for whoever hears the same one just now.
insert into heard_text (provider, message_id, address, answer, at)
values (%(provider)s, %(message_id)s, %(address)s, '', %(now)s)
on conflict do nothing;

-- name: get
select h.answer
from heard_text h
where h.provider = %(provider)s and h.message_id = %(message_id)s
limit 1;

-- name: answer
update heard_text set answer = %(answer)s, helped = %(helped)s
where provider = %(provider)s and message_id = %(message_id)s;

-- name: helped_since
-- How often a phone was told how to answer, counted no further than anybody needs to know.
select count(*)::bigint as total
from (
    select
    from heard_text h
    where h.address = %(address)s and h.helped and h.at > %(since)s
    limit %(most)s::int
) c
limit 1;

-- name: sweep
-- Forget a few texts that nobody sends again. Two that sweep at once take different ones.
delete from heard_text h
using (
    select o.provider, o.message_id
    from heard_text o
    where o.at < %(before)s
    order by o.at
    limit %(limit)s::int
    for update skip locked
) old
where h.provider = old.provider and h.message_id = old.message_id;

-- name: spend
-- Note a nonce as spent on one body.
insert into spent_nonce (provider, nonce, digest, at)
values (%(provider)s, %(nonce)s, %(digest)s, %(now)s)
on conflict do nothing;

-- name: spent_on
select n.digest
from spent_nonce n
where n.provider = %(provider)s and n.nonce = %(nonce)s
limit 1;

-- name: sweep_nonces
-- Forget what is too old to come again. Two that sweep at once take different ones.
delete from spent_nonce n
using (
    select o.provider, o.nonce
    from spent_nonce o
    where o.at < %(before)s
    order by o.at
    limit %(limit)s::int
    for update skip locked
) old
where n.provider = old.provider and n.nonce = old.nonce;
