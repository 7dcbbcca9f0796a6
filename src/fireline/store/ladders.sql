-- name: begin
insert into ladder (alert_id, state, taken, due_at) values (%(alert_id)s, 'waiting', 0, %(due_at)s);

-- name: begin_again
-- Start a ladder from its first step, climbed before or not. What was paged before stays as it is.
insert into ladder as l (alert_id, state, taken, due_at)
values (%(alert_id)s, 'waiting', 0, %(due_at)s)
on conflict (alert_id) do update
set state = 'waiting', taken = 0, due_at = excluded.due_at, ended_at = null, ended_by = null,
    climb = l.climb + 1;

-- name: begin_many
-- Start ladders, and plan their first steps.
with begun as (
    insert into ladder (alert_id, state, taken, due_at)
    select b.alert_id, 'waiting', 0, b.due_at
    from unnest(%(alerts)s::uuid[], %(due_ats)s::timestamptz[]) as b (alert_id, due_at)
)
insert into due (kind, id, due_at)
select 'ladder', b.alert_id, b.due_at
from unnest(%(alerts)s::uuid[], %(due_ats)s::timestamptz[]) as b (alert_id, due_at)
on conflict (kind, id) do nothing;

-- name: stop_many
-- Nobody is told any more of some alerts: ladders end, and what has not been sent is withdrawn.
with wanted as (
    select w.alert_id, w.by, w.answered
    from unnest(%(alerts)s::uuid[], %(bys)s::text[], %(answered)s::bool[])
         as w (alert_id, by, answered)
), ended as (
    update ladder l
    set state = case when w.answered then 'answered' else 'withdrawn' end, due_at = null,
        ended_at = %(now)s, ended_by = case when w.answered then w.by end
    from wanted w
    where l.alert_id = w.alert_id and l.state in ('waiting', 'exhausted')
), off as (
    delete from due d using wanted w where d.kind = 'ladder' and d.id = w.alert_id
), closed as (
    update page p set state = 'superseded', settled_at = %(now)s
    from wanted w
    where p.alert_id = w.alert_id and p.state in ('wished', 'sent')
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
select l.alert_id, l.state, l.taken, l.due_at, l.ended_at, l.ended_by
from ladder l
where l.alert_id = %(alert_id)s
limit 1
for update;

-- name: read
select l.alert_id, l.state, l.taken, l.due_at, l.ended_at, l.ended_by
from ladder l
where l.alert_id = %(alert_id)s
limit 1;

-- name: save
update ladder
set state = %(state)s, taken = %(taken)s, due_at = %(due_at)s, ended_at = %(ended_at)s,
    ended_by = %(ended_by)s
where alert_id = %(alert_id)s;
