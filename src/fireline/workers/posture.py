"""Let exceptions to posture findings end on time, and judge again what somebody asks for."""

from datetime import timedelta

import structlog

from fireline.store import due, posture_assessments
from fireline.store.due import Claim
from fireline.store.posture_assessments import ASSESS
from fireline.store.posture_exceptions import EXCEPTION
from fireline.usecases import plans, posture_assessing, posture_exceptions
from fireline.usecases.posture import Course
from fireline.usecases.transaction import Transactions, Tx
from fireline.workers.claims import SHORT_LEASE, take_due
from fireline.workers.judging import Whose, held_by, judge_whole

log = structlog.get_logger()
LEASE = timedelta(minutes=1)
_MAX_ASSESSED = 3


async def turn_exceptions(transactions: Transactions) -> bool:
    """Do what is due of exceptions."""

    async def turn(claim: Claim) -> None:
        async with transactions() as tx:
            plan = await plans.current(tx)
            await posture_exceptions.turn_exception(tx, plan, claim.id)

    return await take_due(transactions, EXCEPTION, turn, lease=SHORT_LEASE)


async def assess(transactions: Transactions) -> bool:
    """Judge again what somebody asked for, each account in many short transactions."""

    async def one(claim: Claim) -> None:
        failed = ""
        try:
            await _assess(transactions, claim)
        except Exception as error:
            if claim.attempts < _MAX_ASSESSED:
                raise
            # Somebody waits for the end of it, also of a bad one.
            log.exception("posture.not_assessed", assessment=str(claim.id))
            failed = f"It failed {claim.attempts} times, last with {type(error).__name__}."
        async with transactions() as tx:
            if await due.finish(tx.db, claim):
                await posture_assessments.ended(tx.db, claim.id, failed=failed, now=tx.now)

    return await take_due(transactions, ASSESS, one, at_once=1, lease=LEASE)


async def _assess(transactions: Transactions, claim: Claim) -> None:
    async with transactions() as tx:
        found = await posture_assessing.wanted_by(tx, claim.id)
    if found is None:
        return
    plan, accounts = found
    hold, before = held_by(claim, lease=LEASE), 0

    async def step(tx: Tx, course: Course) -> None:
        await hold(tx, course)
        await posture_assessments.went_on(tx.db, claim.id, judged=before + course.judged)
        ended.append(course)

    for wanted in accounts:
        ended: list[Course] = []
        whose = Whose(wanted.account, wanted.drill, plan, first_look=wanted.first)
        await judge_whole(transactions, whose, step=step)
        before += ended[-1].judged
