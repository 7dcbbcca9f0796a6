-- name: add
insert into posture_assessment (id, drill_id, account, asked_by, asked_at, assets)
values (%(id)s, %(drill_id)s::uuid, %(account)s::text, %(by)s, %(now)s, %(assets)s);

-- name: get
select s.id, s.number, s.drill_id, s.account, s.asked_by, s.asked_at, s.assets, s.judged,
       s.ended_at, s.failed
from posture_assessment s
where s.id = %(id)s
limit 1;

-- name: numbered
select s.id, s.number, s.drill_id, s.account, s.asked_by, s.asked_at, s.assets, s.judged,
       s.ended_at, s.failed
from posture_assessment s
where s.number = %(number)s
limit 1;

-- name: waiting
-- One that nobody began yet: what it will judge is all there is by then.
select s.id, s.number, s.drill_id, s.account, s.asked_by, s.asked_at, s.assets, s.judged,
       s.ended_at, s.failed
from posture_assessment s
where s.drill_id is not distinct from %(drill_id)s::uuid
  and s.account is not distinct from %(account)s::text and s.ended_at is null and s.judged = 0
order by s.number
limit 1;

-- name: went_on
update posture_assessment set judged = %(judged)s where id = %(id)s;

-- name: ended
update posture_assessment set ended_at = %(now)s, failed = %(failed)s
where id = %(id)s and ended_at is null;

-- name: forget
-- What ended long ago is of no use to anybody.
delete from posture_assessment where ended_at < %(before)s;
