"""What is known at one moment about whom a policy's steps mean: on call, before, and after."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from fireline.core.escalation import turns
from fireline.core.escalation.ladder import LAST_RESORT
from fireline.core.escalation.policy import Policy, Step, ToNext, ToPrevious, ToSchedule
from fireline.core.escalation.roster import Roster
from fireline.core.oncall.coverage import Shift
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId, PolicyId, RevisionId, ScheduleId, TeamId
from fireline.core.values.refusals import Refusal
from fireline.core.values.time import Span
from fireline.store.alerts import AlertRow
from fireline.usecases import plans
from fireline.usecases.oncall import duties
from fireline.usecases.oncall_desk import open_book
from fireline.usecases.transaction import Tx

# How far turns are looked for, before and after; a long one costs only where somebody asks.
_LOOKS = (timedelta(days=10), timedelta(days=60), timedelta(days=400))

_Neighbours = Mapping[ScheduleId, tuple[PersonId, ...]]


async def roster_for(
    tx: Tx, plan: Plan, steps: Iterable[Step], *, owner: TeamId | None, at: datetime
) -> Roster:
    """Gather who is on call at a moment on the schedules some steps name, and who knows whom.

    A schedule or team the plan does not have comes to nobody.
    """
    targets = [target for step in steps for target in step.targets]
    now = {one.schedule for one in targets if isinstance(one, ToSchedule)}
    after = {one.schedule for one in targets if isinstance(one, ToNext)}
    before = {one.schedule for one in targets if isinstance(one, ToPrevious)}
    return Roster(
        duties=await duties(tx, plan, now, at) if now else {},
        teams=plan.teams,
        catch_all=plan.catch_all,
        owner=owner,
        following=await _neighbours(tx, plan, after, at, look=turns.following),
        before=await _neighbours(tx, plan, before, at, look=turns.before),
        known=plan.people.keys(),
    )


async def _neighbours(
    tx: Tx,
    plan: Plan,
    schedules: Collection[ScheduleId],
    at: datetime,
    *,
    look: Callable[[Sequence[Shift], datetime], tuple[PersonId, ...]],
) -> _Neighbours:
    found: dict[ScheduleId, tuple[PersonId, ...]] = {}
    for far in _LOOKS:
        missing = [name for name in schedules if name in plan.schedules and not found.get(name)]
        if not missing:
            break
        span = Span(at, at + far) if look is turns.following else Span(at - far, at + _LOOKS[0])
        book = await open_book(tx, missing, span)
        for name in missing:
            found[name] = look(book.shifts(plan.schedules[name], span), at)
    return found


def policy_in(plan: Plan, policy: str | None) -> Policy:
    """Return a policy by its name; the last resort, where the plan has none of that name."""
    named = plan.policies.get(PolicyId(policy)) if policy else None
    return named or LAST_RESORT


async def policy_of(tx: Tx, row: AlertRow) -> Policy:
    """Return the policy an alert climbs, by the plan it was raised under."""
    try:
        plan = await plans.of(tx, RevisionId(row.plan_revision))
    except Refusal:
        # An alert is answered whatever became of the plan it was raised under.
        return LAST_RESORT
    return policy_in(plan, row.policy)
