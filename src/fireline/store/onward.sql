-- name: places
-- Where an alert was passed on to by some channels, or is being passed on: each place once.
select distinct on (o.channel, o.recipient) o.channel, o.recipient, o.person
from page p
join outbox o on o.about_kind = 'page' and o.about_id = p.id
where p.alert_id = %(alert_id)s and o.channel = any(%(channels)b::text[])
  and o.state in ('delivered', 'refused')
order by o.channel, o.recipient, o.wished_at
limit %(limit)s::int;
