"""Judge whole accounts, a little at a time, so that nothing waits for them.

Between two steps what somebody just changed is read again and judged. Killed anywhere, it is begun
again, and comes to the same.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Whose:
    """The account to judge, under which plan, and whether it was never looked at before."""

    account: str
    drill: DrillId | None
    plan: Plan
    first_look: bool = False


async def judge_whole(
    transactions: Transactions, whose: Whose, *, step: Step, kinds: Collection[str] | None = None
) -> None:
    """Judge all of an account, each step in a transaction of its own, and let go of what is gone.

    `kinds` are those that are left to judge; without it, it is all of them.
    """
    course = await _begin(transactions, whose, kinds)
    while not course.over:
        course = await _go_on(transactions, whose, course, step)


async def judge_kind(transactions: Transactions, whose: Whose, kind: str, *, step: Step) -> None:
    """Judge one kind of an account, each step in a transaction of its own."""
    course = await _begin(transactions, whose, [kind])
    while course.kinds:
        course = await _go_on(transactions, whose, course, step)


async def _begin(transactions: Transactions, whose: Whose, kinds: Collection[str] | None) -> Course:
    async with transactions() as tx:
        return await posture.begin_course(
            tx,
            whose.plan,
            whose.account,
            drill=whose.drill,
            first_look=whose.first_look,
            kinds=kinds,
        )


async def _go_on(transactions: Transactions, whose: Whose, course: Course, step: Step) -> Course:
    async with transactions() as tx:
        further = await posture.judge_more(tx, whose.plan, course)
        await step(tx, further)
    return further
