-- name: add
insert into action (id, run_id, position, round, kind, asset_kind, asset_account, asset_id,
                    asset_region, call, inverse, before, after, summary, diff, blast, planned_at)
values (%(id)s, %(run_id)s, %(position)s, %(round)s, %(kind)s, %(asset_kind)s, %(asset_account)s,
        %(asset_id)s, %(asset_region)s, %(call)s, %(inverse)s, %(before)s, %(after)s, %(summary)s,
        %(diff)s, %(blast)s, %(now)s);

-- name: of_runs
select a.id, a.number, a.run_id, a.position, a.round, a.kind, a.asset_kind, a.asset_account,
       a.asset_id, a.asset_region, a.call, a.inverse, a.before, a.after, a.summary, a.diff, a.blast,
       a.state, a.note, a.planned_at, a.executed_at, a.verified_at, a.ended_at, a.tries, a.due_at,
       a.undo_asked_by, a.undo_asked_at, a.conflict
from action a
where a.run_id = any(%(run_ids)b::uuid[])
order by a.number
limit %(limit)s::int;

-- name: get
select a.id, a.number, a.run_id, a.position, a.round, a.kind, a.asset_kind, a.asset_account,
       a.asset_id, a.asset_region, a.call, a.inverse, a.before, a.after, a.summary, a.diff, a.blast,
       a.state, a.note, a.planned_at, a.executed_at, a.verified_at, a.ended_at, a.tries, a.due_at,
       a.undo_asked_by, a.undo_asked_at, a.conflict
from action a
where a.id = %(id)s
limit 1;

-- name: numbered
select a.id, a.number, a.run_id, a.position, a.round, a.kind, a.asset_kind, a.asset_account,
       a.asset_id, a.asset_region, a.call, a.inverse, a.before, a.after, a.summary, a.diff, a.blast,
       a.state, a.note, a.planned_at, a.executed_at, a.verified_at, a.ended_at, a.tries, a.due_at,
       a.undo_asked_by, a.undo_asked_at, a.conflict
from action a
where a.number = %(number)s
limit 1;

-- name: set_state
-- Pass from one state to another; touches nothing when the action is no longer in the first.
update action
set state = %(state)s, note = %(note)s, tries = 0, due_at = %(due_at)s,
    executed_at = case when %(state)s = 'executing' then coalesce(executed_at, %(now)s)
                  else executed_at end,
    verified_at = case when %(state)s = 'verified' then %(now)s else verified_at end,
    ended_at = case when %(ended)s then %(now)s::timestamptz end,
    conflict = %(conflict)s
where id = %(id)s and state = %(was)s;

-- name: read_again
update action set tries = tries + 1, due_at = %(due_at)s where id = %(id)s;

-- name: set_due
update action set due_at = %(due_at)s where id = %(id)s;

-- name: ask_undo
update action set undo_asked_by = %(by)s, undo_asked_at = %(now)s where id = %(id)s;

-- name: undo_settled
update action set undo_asked_by = null, undo_asked_at = null where id = %(id)s;

-- name: intend
-- Write down that a call is about to be made, before it is.
insert into effect (id, action_id, way, approval_id, asked_by, call, intended_at)
values (%(id)s, %(action_id)s, %(way)s, %(approval_id)s, %(asked_by)s, %(call)s, %(now)s);

-- name: settle
-- Write down what became of the call on its way.
update effect set settled_at = %(now)s, outcome = %(outcome)s, detail = %(detail)s
where action_id = %(action_id)s and settled_at is null;

-- name: effects_of
select e.id, e.action_id, e.way, e.approval_id, e.asked_by, e.call, e.intended_at, e.settled_at,
       e.outcome, e.detail
from effect e
where e.action_id = any(%(action_ids)b::uuid[])
order by e.intended_at, e.id
limit %(limit)s::int;
