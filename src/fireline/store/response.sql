-- name: give_role
insert into incident_role (id, incident_id, role, person, since, given_by, note)
values (%(id)s, %(incident_id)s, %(role)s, %(person)s, %(now)s, %(by)s, %(note)s);

-- name: leave_role
update incident_role set until = %(now)s
where incident_id = %(incident_id)s and role = %(role)s and person = %(person)s and until is null;

-- name: roles_of
-- Everybody who ever held a role, in the order they took it.
select r.role, r.person, r.since, r.until, r.given_by, r.note
from incident_role r
where r.incident_id = %(id)s
order by r.since, r.id
limit %(limit)s::int;

-- name: add_item
insert into incident_item (incident_id, item, position, cia, text, answer, reason, machine_ticked,
                           answered_by, answered_at)
values (%(incident_id)s, %(item)s, %(position)s, %(cia)s, %(text)s, %(answer)s, %(reason)s,
        %(machine_ticked)s, %(answered_by)s, %(answered_at)s);

-- name: answer_item
update incident_item
set answer = %(answer)s, reason = %(reason)s, answered_by = %(by)s, answered_at = %(now)s
where incident_id = %(incident_id)s and item = %(item)s;

-- name: items_of
select t.item, t.cia, t.text, t.answer, t.reason, t.machine_ticked, t.answered_by, t.answered_at
from incident_item t
where t.incident_id = %(id)s
order by t.position
limit %(limit)s::int;

-- name: add_task
-- Add a task; the same unknown makes one task, however often it is answered so.
insert into incident_task (id, incident_id, text, person, due_at, item, added_at, added_by)
values (%(id)s, %(incident_id)s, %(text)s, %(person)s, %(due_at)s, %(item)s, %(now)s, %(by)s)
on conflict (incident_id, item) do nothing;

-- name: tick_task
update incident_task set done_at = %(done_at)s, done_by = %(done_by)s
where id = %(id)s and incident_id = %(incident_id)s
  and (done_at is null) <> (%(done_at)s::timestamptz is null);

-- name: finish_item_task
update incident_task set done_at = %(now)s, done_by = %(by)s
where incident_id = %(incident_id)s and item = %(item)s and done_at is null;

-- name: tasks_of
select t.id, t.text, t.person, t.due_at, t.item, t.added_at, t.added_by, t.done_at, t.done_by
from incident_task t
where t.incident_id = %(id)s
order by t.added_at, t.id
limit %(limit)s::int;

-- name: add_update
insert into incident_update (id, incident_id, at, by, word, text, next_at)
values (%(id)s, %(incident_id)s, %(now)s, %(by)s, %(word)s, %(text)s, %(next_at)s);

-- name: updates_of
select u.id, u.at, u.by, u.word, u.text, u.next_at
from incident_update u
where u.incident_id = %(id)s
order by u.at desc, u.id desc
limit %(limit)s::int;
