"""Judge signals that nobody has judged, and raise alerts of what is found."""

import structlog

from fireline.core.plan.plan import Plan
from fireline.store.signals import REFUSED_BY_DATABASE
from fireline.usecases import calls, detection, plans, raising, rereads
from fireline.usecases.groupings import Groupings
from fireline.usecases.hearing import Overtaken
from fireline.usecases.transaction import Transactions, Tx

log = structlog.get_logger()


async def judge_signals(transactions: Transactions, groupings: Groupings | None = None) -> bool:
    """Judge a batch. Signals, findings and alerts change in one transaction or not at all."""
    async with transactions() as tx:
        plan = await plans.current(tx)
        judged = await detection.judge(tx, plan, detection.matcher_for(plan))
        for group in judged.groups:
            await raising.raise_alerts(
                tx,
                plan,
                group.findings,
                drill=group.drill,
                pace=group.pace,
                groupings=groupings,
            )
        await _keep_calls(tx, plan, judged)
        await _wish_rereads(tx, judged)
    return judged.signals > 0


async def _keep_calls(tx: Tx, plan: Plan, judged: detection.Judged) -> None:
    """Keep the calls that altered production; what attackers write in them costs no alert."""
    try:
        async with tx.db.transaction():
            await calls.keep_calls(tx, plan, judged.rows)
    except REFUSED_BY_DATABASE as refused:
        log.warning("judge.calls_not_kept", signals=judged.signals, why=type(refused).__name__)


async def _wish_rereads(tx: Tx, judged: detection.Judged) -> None:
    """Wish that what calls changed be read again; what attackers write in them costs no alert."""
    try:
        async with tx.db.transaction():
            await rereads.wish_rereads(tx, judged.rows)
    except REFUSED_BY_DATABASE as refused:
        log.warning("judge.rereads_not_wished", signals=judged.signals, why=type(refused).__name__)


async def judge_when_planned(
    transactions: Transactions, groupings: Groupings | None = None
) -> bool:
    """Judge, unless there is no plan yet: then signals wait, and nothing is lost."""
    try:
        return await judge_signals(transactions, groupings)
    except plans.NoPlan:
        return False
    except Overtaken:
        log.info("judge.overtaken")
        return True
