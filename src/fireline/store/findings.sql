-- name: add
-- Write down what rules found. A rule finds something in a signal once.
insert into finding (id, rule_id, rule, plan_revision, signal_id, drill_id, at, found_at)
select n.id, n.rule_id, n.rule::jsonb, %(plan_revision)s, s.id, s.drill_id, s.occurred_at, %(now)s
from unnest(%(id)s::uuid[], %(rule_id)s::text[], %(rule)s::text[], %(signal_id)s::uuid[])
     as n (id, rule_id, rule, signal_id)
join signal s on s.id = n.signal_id
on conflict (rule_id, signal_id) do nothing
returning id;

-- name: by_ids
select f.id, f.rule, f.signal_id, f.drill_id, f.plan_revision, f.at, f.found_at, s.account, s.region,
       s.kind, s.who_kind, s.who_name, s.who_arn, s.who_account, s.who_key, s.who_address,
       s.who_agent, s.assets
from finding f
join signal s on s.id = f.signal_id
where f.id = any(%(ids)s::uuid[])
order by f.at, f.id
limit %(limit)s::int;
