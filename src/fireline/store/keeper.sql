-- name: keep
-- Keep bodies as they came, in a transaction that is this statement; return its moment. The bodies
-- come as one value, cut here, since an array of them costs the sender more than all the rest.
-- Nobody is notified: notifying makes commits wait for one another, and the sorter here is told.
with kept as (
    insert into payload (id, source_id, drill_id, format, call, meta, body, received_at)
    select h.id, h.source_id, h.drill_id, h.format, h.call, h.meta,
           substring(%(bodies)s::bytea from h.start for h.size), transaction_timestamp()
    from jsonb_to_recordset(%(heads)s::jsonb)
         as h (id uuid, source_id uuid, drill_id uuid, format text, call text, meta jsonb,
               start int, size int)
)
select transaction_timestamp() as at
limit 1;
