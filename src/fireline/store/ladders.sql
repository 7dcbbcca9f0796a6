-- name: begin
insert into ladder (alert_id, state, taken, due_at) values (%(alert_id)s, 'waiting', 0, %(due_at)s);

-- name: begin_again
-- Start a ladder from its first step, climbed before or not. What was paged before stays as it is.
insert into ladder as l (alert_id, state, taken, due_at)
values (%(alert_id)s, 'waiting', 0, %(due_at)s)
on conflict (alert_id) do update
set state = 'waiting', taken = 0, due_at = excluded.due_at, ended_at = null, ended_by = null,
    answered = '{}', lapses_at = null, climb = l.climb + 1;

-- name: begin_many
-- Start ladders, and plan their first steps.
with begun as (
    insert into ladder (alert_id, state, taken, due_at)
    select b.alert_id, 'waiting', 0, b.due_at
    from unnest(%(alerts)b::uuid[], %(due_ats)b::timestamptz[]) as b (alert_id, due_at)
)
insert into due (kind, id, due_at, urgency)
select 'ladder', b.alert_id, b.due_at, a.priority
from unnest(%(alerts)b::uuid[], %(due_ats)b::timestamptz[]) as b (alert_id, due_at)
join alert a on a.id = b.alert_id
on conflict (kind, id) do nothing;

-- name: stop_many
-- Nobody is told any more of some alerts: ladders end, and what has not been sent is withdrawn.
with wanted as (
    select w.alert_id, w.by, w.answered
    from unnest(%(alerts)b::uuid[], %(bys)b::text[], %(answered)s::bool[])
         as w (alert_id, by, answered)
), ended as (
    update ladder l
    set state = case when w.answered then 'answered' else 'withdrawn' end, due_at = null,
        lapses_at = null, ended_at = %(now)s, ended_by = case when w.answered then w.by end
    from wanted w
    where l.alert_id = w.alert_id and l.state in ('waiting', 'exhausted')
), rested as (
    update ladder l set due_at = null, lapses_at = null
    from wanted w
    where l.alert_id = w.alert_id and l.state = 'answered' and not w.answered
), off as (
    delete from due d using wanted w where d.kind = 'ladder' and d.id = w.alert_id
), closed as (
    update page p set state = 'superseded', settled_at = %(now)s
    from wanted w
    where p.alert_id = w.alert_id and p.state in ('wished', 'sent')
      and (not w.answered or p.unless = 'acknowledged' or p.person = w.by)
    returning p.id
), gone as (
    update outbox o set state = 'cancelled', settled_at = %(now)s
    from closed c
    where o.about_kind = 'page' and o.about_id = c.id and o.state = 'waiting'
    returning o.id
), expired as (
    update link k set expires_at = least(k.expires_at, %(now)s)
    from wanted w
    where k.alert_id = w.alert_id and not w.answered
)
delete from due d using gone g where d.kind = 'send' and d.id = g.id;

-- name: get
-- How far a ladder was climbed, held for this transaction.
select l.alert_id, l.state, l.taken, l.due_at, l.ended_at, l.ended_by, l.answered, l.lapses_at,
       l.climb
from ladder l
where l.alert_id = %(alert_id)s
limit 1
for update;

-- name: read
select l.alert_id, l.state, l.taken, l.due_at, l.ended_at, l.ended_by, l.answered, l.lapses_at,
       l.climb
from ladder l
where l.alert_id = %(alert_id)s
limit 1;

-- name: save
update ladder
set state = %(state)s, taken = %(taken)s, due_at = %(due_at)s, ended_at = %(ended_at)s,
    ended_by = %(ended_by)s, answered = %(answered)s, lapses_at = %(lapses_at)s
where alert_id = %(alert_id)s;

-- name: take_turn
-- Whose turn it is at one step for one alert: chosen once, and kept. The row of the step is held
-- until the transaction ends, so that two alerts at the same time get different turns.
with had as (
    select t.turn from ladder_turn t where t.alert_id = %(alert_id)s and t.step = %(step)s
), moved as (
    insert into round_robin as r (policy, step, taken)
    select %(policy)s, %(step)s, 1
    where not exists (select from had)
    on conflict (policy, step) do update set taken = r.taken + 1
    returning r.taken
), kept as (
    insert into ladder_turn (alert_id, step, turn)
    select %(alert_id)s, %(step)s, m.taken - 1 from moved m
)
select coalesce((select h.turn from had h), (select m.taken - 1 from moved m)) as turn;

-- name: coming_turns
-- Whose turn would be next at the steps of a policy. Nothing is taken.
select r.step, r.taken as turn
from round_robin r
where r.policy = %(policy)s
order by r.step
limit %(limit)s::int;

-- name: moved_at
-- When a person last did something about an alert, or about its incident. Parts of fireline have a
-- colon in their names, people never do.
select max(f.at) as at
from fact f
where f.at > %(since)s and strpos(f.by, ':') = 0
  and ((f.stream_kind = 'alert' and f.stream_id = %(alert_id)s)
       or (f.stream_kind = 'incident'
           and f.stream_id in (select i.incident_id from incident_alert i
                               where i.alert_id = %(alert_id)s)))
limit 1;
