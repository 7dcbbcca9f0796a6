-- name: hold
-- Hold one symptom. Its alert is held first, as everybody does.
select s.id, s.title, s.description, s.priority, s.tags, s.labels
from symptom s
where s.id = %(id)s
limit 1
for update;

-- name: change
-- What a symptom says of itself. Nulls leave things as they are.
update symptom
set title = coalesce(%(title)s::text, title),
    description = coalesce(%(description)s::text, description),
    priority = coalesce(%(priority)s::int, priority),
    tags = coalesce(%(tags)b::text[], tags),
    labels = coalesce(%(labels)s::jsonb, labels)
where id = %(id)s;

-- name: rename_alert
-- An alert that is called what its symptom was called goes with it.
update alert set title = %(title)s where id = %(id)s and title = %(before)s;

-- name: withdraw
update symptom set withdrawn_at = %(now)s where id = %(id)s and withdrawn_at is null;

-- name: attach
insert into attachment (id, symptom_id, name, media_type, body, added_by, added_at)
values (%(id)s, %(symptom_id)s, %(name)s, %(media_type)s, %(body)s, %(by)s, %(now)s);

-- name: attached
select t.id, t.name, t.media_type, octet_length(t.body) as size, t.added_by, t.added_at
from attachment t
where t.symptom_id = %(symptom_id)s
order by t.id
limit %(limit)s::int;

-- name: attachment
select t.id, t.name, t.media_type, t.body
from attachment t
where t.symptom_id = %(symptom_id)s and t.id = %(id)s
limit 1;

-- name: detach
delete from attachment where symptom_id = %(symptom_id)s and id = %(id)s;

-- name: keep_outcome
-- How an edit that was asked for ended: clients may ask later.
insert into edit_outcome (id, source_id, symptom_id, call, said, done, at)
values (%(id)s, %(source_id)s, %(symptom_id)s, %(call)s, %(said)s, %(done)s, %(now)s);

-- name: outcome
select o.id, o.symptom_id, o.call, o.said, o.done, o.at
from edit_outcome o
where o.id = %(id)s and o.source_id = %(source_id)s
limit 1;

-- name: forget_outcomes
-- Nobody asks after a day. A few at a time, so that no request waits for many.
delete from edit_outcome
where id in (select o.id from edit_outcome o where o.at < %(before)s order by o.at
             limit %(limit)s::int);
