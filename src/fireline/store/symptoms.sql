-- name: live
-- The symptoms that fire under some keys.
select s.id, s.alert_id, s.source_id, s.key, s.title, s.priority, s.service, s.times, s.first_at,
       s.last_at, s.ends_at, s.entities
from unnest(%(sources)b::uuid[], %(keys)b::text[]) as w (source_id, key)
join symptom s on s.source_id = w.source_id and s.key = w.key and s.state = 'firing'
limit %(limit)s::int;

-- name: by_id
select s.id, s.alert_id, s.source_id, s.key, s.title, s.priority, s.service, s.times, s.first_at,
       s.last_at, s.ends_at, s.entities
from symptom s
where s.id = any(%(ids)b::uuid[]) and s.state = 'firing'
limit %(limit)s::int;

-- name: ending
-- Symptoms that are over by now, although nobody said so.
select s.id, s.alert_id, s.source_id, s.key, s.title, s.priority, s.service, s.times, s.first_at,
       s.last_at, s.ends_at, s.entities
from symptom s
where s.state <> 'resolved' and s.ends_at <= %(now)s
  and s.drill_id is not distinct from %(drill_id)s::uuid
order by s.ends_at
limit %(limit)s::int;

-- name: recent
-- What grouping needs to know anew: everything that fires or is recent, in the order it was raised.
select s.id, s.alert_id, s.source_id, o.name as source, s.key, s.kind, s.title, s.priority,
       s.service, s.grouped, s.entities, s.tactics, s.first_at, s.last_at, s.raised_at,
       s.resolved_at, s.apart_from
from (
    select *
    from symptom r
    where r.drill_id is not distinct from %(drill_id)s::uuid
      and (r.state = 'firing' or r.raised_at > %(since)s)
    order by r.raised_at desc, r.id desc
    limit %(limit)s::int
) s
join source o on o.id = s.source_id
order by s.raised_at, s.id
limit %(limit)s::int;

-- name: add
insert into symptom (id, alert_id, source_id, drill_id, key, kind, title, description, priority,
                     state, service, grouped, entities, tactics, tags, labels, links, times,
                     first_at, last_at, ends_at, raised_at, resolved_at, resolved_by, reason,
                     because, linked_to, link_confidence, payload_id)
select n.id, n.alert_id, n.source_id, n.drill_id, n.key, n.kind, n.title, n.description, n.priority,
       n.state, n.service, n.grouped, n.entities, n.tactics, n.tags, n.labels, n.links, n.times,
       n.first_at, n.last_at, n.ends_at, n.raised_at, n.resolved_at, n.resolved_by, n.reason,
       n.because, n.linked_to, n.link_confidence, n.payload_id
from jsonb_populate_recordset(null::symptom, %(rows)s) as n;

-- name: change
-- What was heard of symptoms that fired already.
update symptom s
set times = n.times, last_at = n.last_at, ends_at = n.ends_at, priority = n.priority,
    state = n.state, resolved_at = n.resolved_at, resolved_by = n.resolved_by,
    entities = s.entities || coalesce(n.entities, '[]'), labels = coalesce(n.labels, s.labels),
    title = coalesce(n.title, s.title), description = coalesce(n.description, s.description),
    links = coalesce(n.links, s.links)
from jsonb_populate_recordset(null::symptom, %(rows)s) as n
where s.id = n.id;

-- name: move
-- Put every symptom of some alerts into another: they were one problem.
update symptom s set alert_id = m.into_id
from unnest(%(alerts)b::uuid[], %(intos)b::uuid[]) as m (alert_id, into_id)
where s.alert_id = m.alert_id;

-- name: part_from
-- Where symptoms were split off from an alert that is now part of another, they keep apart from
-- that one; from their own, nothing can.
update symptom s set apart_from = nullif(m.into_id, s.alert_id)
from unnest(%(alerts)b::uuid[], %(intos)b::uuid[]) as m (alert_id, into_id)
where s.apart_from = m.alert_id;

-- name: resolve_of
-- A person says that an alert is over: so is everything in it.
update symptom set state = 'resolved', resolved_at = %(now)s, resolved_by = %(by)s
where alert_id = %(alert_id)s and state <> 'resolved';

-- name: news
-- Take what people did to groups since the sorter looked.
delete from grouping_news g
where g.drill_id is not distinct from %(drill_id)s::uuid
returning g.id, g.kind, g.alert_id, g.other_id, g.symptoms, g.at;

-- name: has_news
select n.id
from grouping_news n
where n.drill_id is not distinct from %(drill_id)s::uuid
limit 1;

-- name: tell
-- Tell the sorter what a person did to a group.
insert into grouping_news (drill_id, kind, alert_id, other_id, symptoms, at)
values (%(drill_id)s, %(kind)s, %(alert_id)s, %(other_id)s, %(symptoms)s, %(now)s);

-- name: turn
-- Take the next turn in a world; the row is held, so turns never overlap. Answers whose turn was last.
insert into sorting as s (world, sorter, turn)
values (%(world)s, %(sorter)s, 1)
on conflict (world) do update set turn = s.turn + 1
returning s.sorter, s.turn;

-- name: mine
update sorting set sorter = %(sorter)s where world = %(world)s;

-- name: worlds_ending
select distinct s.drill_id
from symptom s
where s.state <> 'resolved' and s.ends_at <= %(now)s
limit %(limit)s::int;
