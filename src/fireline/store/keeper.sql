-- name: keep
-- Keep bodies as they came, in a transaction that is this statement; return its moment. Nobody is
-- notified: notifying makes commits wait for one another, and the sorter of this process is told.
with kept as (
    insert into payload (id, source_id, drill_id, format, call, meta, body, received_at)
    select k.id, k.source_id, k.drill_id, k.format, k.call, k.meta, k.body,
           transaction_timestamp()
    from rows from (
        jsonb_to_recordset(%(heads)s::jsonb)
            as (id uuid, source_id uuid, drill_id uuid, format text, call text, meta jsonb),
        unnest(%(bodies)s::bytea[])
    ) as k (id, source_id, drill_id, format, call, meta, body)
)
select transaction_timestamp() as at
limit 1;
