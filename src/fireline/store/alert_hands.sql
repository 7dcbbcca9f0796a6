-- name: snooze
-- Let an alert rest until a moment; null wakes it.
update alert set snoozed_until = %(until)s where id = %(id)s;

-- name: unacknowledge
update alert set state = 'firing', acknowledged_at = null, acknowledged_by = null
where id = %(id)s and state = 'acknowledged';

-- name: assign
update alert set assigned_to = %(person)s where id = %(id)s;

-- name: set_priority
update alert set priority = %(priority)s where id = %(id)s;

-- name: told
-- Somebody is told again, so nothing keeps it quiet any more.
update alert set untold_why = null, snoozed_until = null where id = %(id)s;
