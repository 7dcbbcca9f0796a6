-- name: add
-- Learn a rule. One that says the opposite, or the same, must have been withdrawn before.
insert into learned_link (together, name, one, other, alert_id, made_by, made_at)
values (%(together)s, %(name)s, %(one)s, %(other)s, %(alert_id)s, %(by)s, %(now)s)
returning id;

-- name: same
-- The rule in force about two kinds of symptom.
select l.id, l.together, l.name, l.one, l.other, a.number as alert, l.made_by, l.made_at
from learned_link l
join alert a on a.id = l.alert_id
where l.one = %(one)s and l.other = %(other)s and l.withdrawn_at is null
limit 1;

-- name: listed
select l.id, l.together, l.name, l.one, l.other, a.number as alert, l.made_by, l.made_at
from learned_link l
join alert a on a.id = l.alert_id
where l.withdrawn_at is null
order by l.id desc
limit %(limit)s::int;

-- name: withdraw
update learned_link set withdrawn_at = %(now)s, withdrawn_by = %(by)s
where id = %(id)s and withdrawn_at is null;
