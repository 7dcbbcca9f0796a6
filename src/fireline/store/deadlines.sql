-- name: add
insert into incident_deadline (id, incident_id, kind, anchor, due_at, standing, reached_at)
values (%(id)s, %(incident_id)s, %(kind)s, %(anchor)s, %(due_at)s, %(standing)s, %(reached_at)s);

-- name: get
select d.id, d.incident_id, d.kind, d.anchor, d.due_at, d.standing, d.reached_at
from incident_deadline d
where d.id = %(id)s
limit 1;

-- name: of_incident
-- Every deadline an incident ever had, in the order they fall.
select d.id, d.incident_id, d.kind, d.anchor, d.due_at, d.standing, d.reached_at
from incident_deadline d
where d.incident_id = %(incident_id)s
order by d.due_at, d.id
limit %(limit)s::int;

-- name: settle
update incident_deadline set standing = %(standing)s, reached_at = %(reached_at)s
where id = %(id)s;

-- name: move
update incident_deadline set due_at = %(due_at)s
where id = %(id)s and standing = 'running';
