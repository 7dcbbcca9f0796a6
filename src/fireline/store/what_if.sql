-- name: payloads
-- What sources posted in the real world, in the order it came, after a cursor.
select p.id, p.source_id, o.name as source, p.format, p.call, p.meta, p.body, p.received_at,
       o.service, o.mapping
from payload p
join source o on o.id = p.source_id
where p.drill_id is null and p.id > %(after)s and p.received_at >= %(since)s
  and p.received_at <= %(until)s
order by p.id
limit %(limit)s::int;

-- name: signals
-- What logs said in the real world, in the order it came, after a cursor.
select s.id, s.drill_id, s.external_id, s.kind, s.occurred_at, s.received_at, s.account, s.region,
       s.who_kind, s.who_name, s.who_arn, s.who_account, s.who_key, s.who_address, s.who_agent,
       s.outcome, s.error_code, s.read_only, s.assets, s.record
from signal s
where s.drill_id is null and s.id > %(after)s and s.received_at >= %(since)s
  and s.received_at <= %(until)s
order by s.id
limit %(limit)s::int;

-- name: ends
-- Symptoms that people ended, and when: no plan changes that.
select s.source_id, o.name as source, s.key, s.title, s.resolved_at, s.resolved_by
from symptom s
join source o on o.id = s.source_id
join alert a on a.id = s.alert_id
where s.drill_id is null and s.resolved_at >= %(since)s and s.resolved_at <= %(until)s
  and s.resolved_by = a.resolved_by and s.resolved_by not like 'source %%'
  and s.resolved_by not like '%% (%%)' and s.resolved_by not like 'its %%'
order by s.resolved_at, s.id
limit %(limit)s::int;

-- name: many
select (select count(*) from payload p
        where p.drill_id is null and p.received_at between %(since)s and %(until)s)
     + (select count(*) from signal s
        where s.drill_id is null and s.received_at between %(since)s and %(until)s) as total
limit 1;

-- name: silences
-- Every silence that may have held something in a window, ended or not.
select s.id, s.number, s.matchers, s.starts_at, s.ends_at, s.until_resolved, s.recurs, s.comment,
       s.ticket, s.broad_why, s.made_by, s.made_at, s.changed_at, s.begun_at, s.ended_at, s.ended_by
from silence s
where s.starts_at <= %(until)s and (s.ended_at is null or s.ended_at > %(since)s)
  and (s.ends_at is null or s.ends_at > %(since)s)
order by s.number
limit %(limit)s::int;
