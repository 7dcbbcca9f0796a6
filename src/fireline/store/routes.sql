-- name: unrouted
-- What nothing said an owner of since a moment, gathered by source and kind, the most first.
select coalesce(y.source, '') as source, coalesce(y.kind, '') as kind, count(*)::bigint as alerts,
       min(a.priority)::int as priority, max(a.number)::bigint as newest,
       max(a.raised_at) as last_at,
       (array_agg(a.title order by a.raised_at desc))[1]::text as title
from alert a
left join lateral (
    select o.name as source, s.kind
    from symptom s
    join source o on o.id = s.source_id
    where s.alert_id = a.id
    order by s.first_at
    limit 1
) y on true
where a.raised_at > %(since)s and a.drill_id is null and a.merged_into is null
  and (a.route = 'default' or (a.service is null and a.team is null))
group by 1, 2
order by alerts desc, last_at desc
limit %(limit)s::int;

-- name: taken
-- How many alerts each route took since a moment.
select a.route, count(*)::bigint as alerts, max(a.raised_at) as last_at
from alert a
where a.raised_at > %(since)s and a.drill_id is null and a.route is not null
group by a.route
order by a.route
limit %(limit)s::int;
