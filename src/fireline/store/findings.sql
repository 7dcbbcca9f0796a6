-- name: add
-- Write down what rules found. A rule finds something in a signal once.
insert into finding (id, rule_id, rule, plan_revision, signal_id, drill_id, at, found_at)
select n.id, n.rule_id, n.rule::jsonb, %(plan_revision)s, s.id, s.drill_id, s.occurred_at, %(now)s
from unnest(%(id)b::uuid[], %(rule_id)b::text[], %(rule)b::text[], %(signal_id)b::uuid[])
     as n (id, rule_id, rule, signal_id)
join signal s on s.id = n.signal_id
on conflict (rule_id, signal_id) do nothing
returning id;
