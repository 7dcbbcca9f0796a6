-- name: of_asset
-- What an identity was seen doing, newest first.
select s.id, s.external_id, s.occurred_at, s.kind, s.account, s.who_name, s.who_key, s.who_address,
       s.who_agent, s.outcome, s.error_code
from signal s
where s.drill_id is not distinct from %(drill_id)s::uuid
  and ((%(by)s = 'key' and s.who_key = %(id)s) or (%(by)s = 'user' and s.who_name = %(id)s))
  and s.who_account in ('', %(account)s)
order by s.occurred_at desc, s.id desc
limit %(limit)s::int;

-- name: other_callers
-- From where an identity was used lately, save the addresses that the incident's alerts suspect.
select s.who_address as address, min(s.who_agent) as agent, max(s.occurred_at) as last_at
from signal s
where s.drill_id is not distinct from %(drill_id)s::uuid
  and s.occurred_at >= %(since)s and s.outcome = 'succeeded'
  and ((%(by)s = 'key' and s.who_key = %(id)s)
       or (%(by)s = 'user' and s.who_name = %(id)s and s.who_key like 'ASIA%%'))
  and s.who_account in ('', %(account)s)
  and not exists (
      select 1
      from incident_alert l
      join alert_finding g on g.alert_id = l.alert_id
      join finding f on f.id = g.finding_id
      join signal x on x.id = f.signal_id
      where l.incident_id = %(incident)s and x.who_address = s.who_address
  )
group by s.who_address
order by s.who_address
limit %(limit)s::int;

-- name: last_success
-- The last call that succeeded since a moment with one of these keys, or with a session that one
-- of these users had begun before that moment.
select max(s.occurred_at) as at
from signal s
where s.drill_id is not distinct from %(drill_id)s::uuid
  and s.occurred_at > %(since)s and s.outcome = 'succeeded'
  and (s.who_key = any(%(keys)b::text[])
       or (s.who_name = any(%(users)b::text[]) and s.who_key like 'ASIA%%'
           and coalesce((s.record #>> '{userIdentity,sessionContext,attributes,creationDate}')
                        ::timestamptz <= %(since)s, true)))
limit 1;
