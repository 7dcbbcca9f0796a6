"""Judge signals that nobody has judged, and raise alerts of what is found."""

from fireline.usecases import alerts, detection, plans
from fireline.usecases.transaction import Transactions


async def judge_signals(transactions: Transactions) -> bool:
    """Judge a batch. Signals, findings and alerts change in one transaction or not at all."""
    async with transactions() as tx:
        plan = await plans.current(tx)
        judged = await detection.judge(tx, plan, detection.matcher_for(plan))
        for group in judged.groups:
            await alerts.raise_alerts(tx, plan, group.findings, drill=group.drill, pace=group.pace)
    return judged.signals > 0


async def judge_when_planned(transactions: Transactions) -> bool:
    """Judge, unless there is no plan yet: then signals wait, and nothing is lost."""
    try:
        return await judge_signals(transactions)
    except plans.NoPlan:
        return False
