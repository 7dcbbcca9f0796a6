-- name: claim
-- The payload that an idempotency key stands for: this one, unless an earlier post was first.
insert into idempotency as i (source_id, key_hash, payload_id, at)
values (%(source_id)s, %(key_hash)s, %(payload_id)s, %(now)s)
on conflict (source_id, key_hash) do update
set payload_id = case when i.at < %(since)s then excluded.payload_id else i.payload_id end,
    at = case when i.at < %(since)s then excluded.at else i.at end
returning i.payload_id, exists (select from payload p where p.id = i.payload_id) as kept;

-- name: forget
delete from idempotency
where (source_id, key_hash) in (
    select i.source_id, i.key_hash from idempotency i where i.at < %(since)s
    order by i.at
    limit %(limit)s::int
);
