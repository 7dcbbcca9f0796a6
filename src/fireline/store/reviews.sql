-- name: open_review
-- Begin the review of an incident; one reopened goes back to being a draft.
insert into review as r (id, incident_id, opened_at)
values (%(id)s, %(incident_id)s, %(now)s)
on conflict (incident_id) do update
set state = 'draft', closed_at = null, closed_by = null;

-- name: reopen
update review set state = 'draft', closed_at = null, closed_by = null
where incident_id = %(incident_id)s;

-- name: lock
select r.id, r.incident_id, r.state, r.version, r.summary, r.impact, r.detection, r.whys, r.factors,
       r.went_well, r.surprises, r.questions, r.insights, r.owner, r.facilitator, r.opened_at,
       r.saved_at, r.saved_by, r.closed_at, r.closed_by
from review r
where r.incident_id = %(incident_id)s
limit 1
for update;

-- name: of_incident
select r.id, r.incident_id, r.state, r.version, r.summary, r.impact, r.detection, r.whys, r.factors,
       r.went_well, r.surprises, r.questions, r.insights, r.owner, r.facilitator, r.opened_at,
       r.saved_at, r.saved_by, r.closed_at, r.closed_by
from review r
where r.incident_id = %(incident_id)s
limit 1;

-- name: save
update review
set version = version + 1, summary = %(summary)s, impact = %(impact)s, detection = %(detection)s,
    whys = %(whys)s, factors = %(factors)s, went_well = %(went_well)s, surprises = %(surprises)s,
    questions = %(questions)s, insights = %(insights)s, owner = %(owner)s,
    facilitator = %(facilitator)s, saved_at = %(now)s, saved_by = %(by)s
where id = %(id)s;

-- name: close
update review set state = 'closed', closed_at = %(now)s, closed_by = %(by)s
where id = %(id)s;

-- name: put_follow_up
insert into follow_up (id, review_id, position, kind, text, owner, due, added_at)
values (%(id)s, %(review_id)s, %(position)s, %(kind)s, %(text)s, %(owner)s, %(due)s, %(now)s)
on conflict (id) do update
set position = excluded.position, kind = excluded.kind, text = excluded.text,
    owner = excluded.owner, due = excluded.due;

-- name: drop_follow_ups
-- Remove those no longer in the draft.
delete from follow_up where review_id = %(review_id)s and id <> all(%(kept)b::uuid[]);

-- name: follow_ups
select f.id, f.kind, f.text, f.owner, f.due, f.added_at, f.done_at
from follow_up f
where f.review_id = %(review_id)s
order by f.position, f.id
limit %(limit)s::int;

-- name: milestones
-- When each incident of the real world first reached what a response is measured by.
select r.incident_id, r.first_at, f.kind, min(f.at) as at
from (select i.id as incident_id, i.first_at
      from incident i
      where i.drill_id is null and i.declared_at is not null and i.state <> 'merged'
      order by i.number desc
      limit %(limit)s::int) r
join lateral (
    select r.incident_id as stream
    union all
    select ia.alert_id from incident_alert ia where ia.incident_id = r.incident_id) s on true
join fact f on f.stream_id = s.stream and f.kind = any(%(kinds)b::text[])
group by r.incident_id, r.first_at, f.kind
order by r.incident_id, min(f.at);
