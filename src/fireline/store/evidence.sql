-- name: keep
-- Keep one artefact. Collecting it twice for one step keeps the first.
insert into evidence (id, run_id, position, name, asset_kind, asset_account, asset_id, asset_region,
                      method, tool, sha256, size, body, collected_at, collected_by)
values (%(id)s, %(run_id)s, %(position)s, %(name)s, %(asset_kind)s, %(asset_account)s, %(asset_id)s,
        %(asset_region)s, %(method)s, %(tool)s, %(sha256)s, %(size)s, %(body)s, %(now)s, %(by)s)
on conflict (run_id, position, name) do nothing;

-- name: of_runs
-- What there is, without the bodies.
select e.id, e.run_id, e.position, e.name, e.asset_kind, e.asset_account, e.asset_id,
       e.asset_region, e.method, e.tool, e.sha256, e.size, e.collected_at, e.collected_by
from evidence e
where e.run_id = any(%(run_ids)b::uuid[])
order by e.collected_at, e.id
limit %(limit)s::int;

-- name: body
select e.id, e.name, e.sha256, e.size, e.body
from evidence e
where e.id = %(id)s
limit 1;

-- name: hand_over
-- Add one event to the custody of a piece of evidence.
insert into custody (evidence_id, seq, at, by, event, why)
values (%(evidence_id)s,
        (select coalesce(max(c.seq), 0) + 1 from custody c where c.evidence_id = %(evidence_id)s),
        %(now)s, %(by)s, %(event)s, %(why)s);

-- name: custody
select c.evidence_id, c.seq, c.at, c.by, c.event, c.why
from custody c
where c.evidence_id = %(evidence_id)s
order by c.seq
limit %(limit)s::int;
