"""Judge whole accounts, a little at a time, so that nothing waits for them.

Between two steps what somebody just changed is read again and judged. Killed anywhere, it is begun
again, and comes to the same.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from fireline.core.plan.plan import Plan
from fireline.core.values.ids import DrillId
from fireline.core.values.refusals import Unavailable
from fireline.store import due
from fireline.store.due import Claim
from fireline.usecases import posture
from fireline.usecases.posture import Course
from fireline.usecases.transaction import Transactions, Tx

# Called at the end of each step, in its transaction: to say how far it is, or to end it by raising.
Step = Callable[[Tx, Course], Awaitable[None]]


class Lost(Unavailable):
    """Somebody else judges by now: this one took longer than its lease."""

    code = "judging.lost"


def held_by(claim: Claim, *, lease: timedelta) -> Step:
    """Return the step that keeps a claim for as long as it takes. It raises Lost."""

    async def step(tx: Tx, _: Course) -> None:
        if not await due.renew(tx.db, claim, lease=lease):
            msg = "Another worker judges the account by now."
            raise Lost(msg)

    return step


async def judge_whole(
    transactions: Transactions,
    plan: Plan,
    account: str,
    *,
    drill: DrillId | None,
    first_look: bool,
    step: Step,
) -> None:
    """Judge all of an account, each step in a transaction of its own."""
    async with transactions() as tx:
        course = await posture.begin_course(tx, plan, account, drill=drill, first_look=first_look)
    while not course.over:
        async with transactions() as tx:
            course = await posture.judge_more(tx, plan, course)
            await step(tx, course)
