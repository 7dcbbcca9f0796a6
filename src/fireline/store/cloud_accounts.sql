-- name: add
-- Add an account, or take one back that was removed; one that is there stays as it is.
insert into cloud_account as c (id, drill_id, account, provider, name, origin, role_arn, external_id,
                                regions, added_by, added_at)
values (%(id)s, %(drill_id)s, %(account)s, %(provider)s, %(name)s, %(origin)s, %(role_arn)s,
        %(external_id)s, %(regions)s, %(by)s, %(now)s)
on conflict (account, drill_id) do update
set provider = excluded.provider, name = excluded.name, origin = excluded.origin,
    role_arn = excluded.role_arn, external_id = excluded.external_id, regions = excluded.regions,
    added_by = excluded.added_by, added_at = excluded.added_at, probed_at = null, probe = '',
    probe_said = '', removed_at = null, removed_by = null
where c.removed_at is not null or c.origin = 'settings' and excluded.origin = 'settings'
returning c.id;

-- name: set_role
-- Set how an account is entered and where it is looked at.
update cloud_account
set name = %(name)s, role_arn = %(role_arn)s, regions = %(regions)s, probed_at = null, probe = '',
    probe_said = ''
where id = %(id)s and removed_at is null;

-- name: listed
select c.id, c.drill_id, c.account, c.provider, c.name, c.origin, c.role_arn, c.external_id,
       c.regions, c.added_by, c.added_at, c.probed_at, c.probe, c.probe_said, c.first_looked_at,
       c.looked_at, c.owners_revision, c.costs_at, c.removed_at
from cloud_account c
where c.drill_id is not distinct from %(drill_id)s::uuid and c.removed_at is null
order by c.account
limit %(limit)s::int;

-- name: named
select c.id, c.drill_id, c.account, c.provider, c.name, c.origin, c.role_arn, c.external_id,
       c.regions, c.added_by, c.added_at, c.probed_at, c.probe, c.probe_said, c.first_looked_at,
       c.looked_at, c.owners_revision, c.costs_at, c.removed_at
from cloud_account c
where c.drill_id is not distinct from %(drill_id)s::uuid and c.account = %(account)s
  and c.removed_at is null
limit 1;

-- name: get
select c.id, c.drill_id, c.account, c.provider, c.name, c.origin, c.role_arn, c.external_id,
       c.regions, c.added_by, c.added_at, c.probed_at, c.probe, c.probe_said, c.first_looked_at,
       c.looked_at, c.owners_revision, c.costs_at, c.removed_at
from cloud_account c
where c.id = %(id)s and c.removed_at is null
limit 1;

-- name: watched
-- The accounts that are watched in some worlds: whose changes are of interest.
select c.id, c.drill_id, c.account, c.provider, c.name, c.origin, c.role_arn, c.external_id,
       c.regions, c.added_by, c.added_at, c.probed_at, c.probe, c.probe_said, c.first_looked_at,
       c.looked_at, c.owners_revision, c.costs_at, c.removed_at
from cloud_account c
where c.account = any(%(accounts)b::text[]) and c.removed_at is null
order by c.account
limit %(limit)s::int;

-- name: owned_otherwise
-- An account whose assets' owners are those of another plan.
select c.id, c.drill_id, c.account, c.provider, c.name, c.origin, c.role_arn, c.external_id,
       c.regions, c.added_by, c.added_at, c.probed_at, c.probe, c.probe_said, c.first_looked_at,
       c.looked_at, c.owners_revision, c.costs_at, c.removed_at
from cloud_account c
where c.owners_revision <> %(revision)s and c.removed_at is null
order by c.account
limit 1
for update skip locked;

-- name: set_owners
update cloud_account set owners_revision = %(revision)s where id = %(id)s;

-- name: set_probed
update cloud_account set probed_at = %(now)s, probe = %(probe)s, probe_said = %(said)s
where id = %(id)s and removed_at is null;

-- name: set_looked
update cloud_account
set looked_at = %(now)s, first_looked_at = coalesce(first_looked_at, %(now)s)
where drill_id is not distinct from %(drill_id)s::uuid and account = %(account)s;

-- name: set_costs
update cloud_account set costs_at = %(now)s where id = %(id)s;

-- name: remove
update cloud_account set removed_at = %(now)s, removed_by = %(by)s
where id = %(id)s and removed_at is null;

-- name: remove_own
-- Remove the accounts that settings named once and do not name any more.
update cloud_account set removed_at = %(now)s, removed_by = %(by)s
where drill_id is null and origin = 'settings' and removed_at is null
  and account <> all(%(kept)b::text[]);
