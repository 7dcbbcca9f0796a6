-- name: begin
insert into ladder (alert_id, state, taken, due_at) values (%(alert_id)s, 'waiting', 0, %(due_at)s);

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
