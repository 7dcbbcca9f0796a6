"""How on-call was shared out, and how often each was woken.

Schedules are taken as they are now: what people carried under an earlier plan is not remembered.
"""

from collections.abc import Collection

from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.fairness import Share, shares
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId, ScheduleId
from fireline.core.values.time import Span
from fireline.store import handoffs
from fireline.usecases.oncall import people_of
from fireline.usecases.oncall_desk import answerable, open_book, schedule_of
from fireline.usecases.transaction import Tx


async def fairness(
    tx: Tx, plan: Plan, span: Span, schedules: Collection[ScheduleId] = ()
) -> tuple[Share, ...]:
    """Say what each person carried on some schedules, or all, the heaviest loaded first.

    Pages are all of a person's, whatever they were about; nights are those where they live.
    """
    told = [schedule_of(plan, name) for name in schedules or plan.schedules]
    book = await open_book(tx, [one.id for one in told], answerable(span))
    carried: list[Shift] = [shift for one in told for shift in book.shifts(one, span)]
    concerned = {shift.duty.person for shift in carried}.union(*(people_of(one) for one in told))
    zones = {name: plan.people[name].zone for name in concerned if name in plan.people}
    paged = await handoffs.pages_between(tx.db, span)
    return shares(carried, span, zones, [(PersonId(one.person), one.at) for one in paged])
