-- name: of_alert
-- The short number an alert has on a phone already.
select c.code, c.alert_id, c.person, c.given_at, a.number, a.state = 'resolved' as over
from reply_code c
join alert a on a.id = c.alert_id
where c.address = %(address)s and c.alert_id = %(alert_id)s
limit 1;

-- name: of_address
-- Every short number of a phone, the latest given first. There are 99 at most.
select c.code, c.alert_id, c.person, c.given_at, a.number, a.state = 'resolved' as over
from reply_code c
join alert a on a.id = c.alert_id
where c.address = %(address)s
order by c.given_at desc, c.code desc
limit 99;

-- name: give
-- Give a number that is free, or take it over from the page it was given to at `before`. No row
-- comes back when somebody else was quicker.
insert into reply_code as c (address, code, alert_id, person, given_at)
values (%(address)s, %(code)s, %(alert_id)s, %(person)s, %(now)s)
on conflict (address, code) do update
    set alert_id = excluded.alert_id, person = excluded.person, given_at = excluded.given_at
    where c.given_at = %(before)s::timestamptz
returning c.code;
