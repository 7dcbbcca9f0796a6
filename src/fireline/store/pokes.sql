-- name: poke
-- Wake listeners when this transaction commits; equal notices in one transaction are sent once.
select pg_notify('poke', %(topic)s)::text as sent;
