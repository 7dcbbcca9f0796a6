-- name: symptoms
-- What happened: what fires first, the most urgent before the rest.
select s.id, s.number, o.name as source, s.key, s.kind, s.title, s.description, s.priority, s.state,
       s.service, s.times, s.first_at, s.last_at, s.ends_at, s.resolved_at, s.resolved_by, s.reason,
       s.because, l.number as linked_to, s.link_confidence, s.labels, s.links, s.payload_id
from symptom s
join source o on o.id = s.source_id
left join symptom l on l.id = s.linked_to
where s.alert_id = %(alert_id)s
order by s.state = 'resolved', s.priority, s.first_at, s.number
limit %(limit)s::int;

-- name: rhythm
-- Since when the key of an alert that fires most often has fired within its last hour.
select min(s.first_at) as since, count(*)::int as times
from (
    select k.source_id, k.key, max(k.raised_at) as latest
    from symptom k
    where k.alert_id = %(alert_id)s
    group by k.source_id, k.key
    order by latest desc
    limit 50
) k
join symptom s on s.source_id = k.source_id and s.key = k.key
    and s.raised_at > k.latest - %(window)s::interval and s.raised_at <= k.latest
group by s.source_id, s.key
order by times desc, since
limit 1;

-- name: relations
-- The alerts an alert is named with, and the incident it belongs to, by number.
select (select r.number from alert r where r.id = a.again_of) as again_of,
       (select r.number from alert r where r.id = a.merged_into) as merged_into,
       (select r.number from alert r where r.id = a.told_by) as told_by,
       (select i.number from incident_alert ia join incident i on i.id = ia.incident_id
        where ia.alert_id = a.id) as incident,
       array(select r.number from alert r where r.merged_into = a.id order by r.number
             limit %(limit)s::int) as swallowed,
       array(select r.number from alert r where r.told_by = a.id and r.state = 'firing'
             order by r.number limit %(limit)s::int) as speaks_for
from alert a
where a.id = %(alert_id)s
limit 1;

-- name: posted
-- The beginning of what a source posted that first spoke of a symptom.
select s.number, s.title, o.name as source, p.format, p.received_at,
       octet_length(p.body) as size, substr(p.body, 1, %(most)s::int) as body
from symptom s
join payload p on p.id = s.payload_id
join source o on o.id = s.source_id
where s.alert_id = %(alert_id)s and s.number = %(number)s
limit 1;
