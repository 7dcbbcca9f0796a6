"""Place what was heard, and let alerts, timelines and ladders follow, in the caller's transaction.

Nothing here waits for anybody but the database, and the number of statements does not grow with
the number of notices: a storm costs as many round trips as a single alert.
"""

import asyncio
from collections.abc import Sequence

from fireline.core.alerting.board import Board, likely_meant
from fireline.core.alerting.grouping import Grouping
from fireline.core.alerting.life import Lives, alerts_of
from fireline.core.alerting.routing import Router
from fireline.core.alerting.sheets import AlertSheet, Heard, SymptomSheet
from fireline.core.plan.plan import Plan
from fireline.core.signals.notice import Status
from fireline.core.values.ids import AlertId, DrillId, SymptomId
from fireline.core.values.refusals import Unavailable
from fireline.store import alerts, symptoms
from fireline.store.symptoms import LiveRow
from fireline.usecases.routes import informed_router
from fireline.usecases.silences import active_silences
from fireline.usecases.sorting_rows import alert_sheet, symptom_sheet
from fireline.usecases.sorting_save import World, save
from fireline.usecases.sorting_storms import Weather, hold_storms, storms_go_on
from fireline.usecases.transaction import Tx

# So many notices are placed before others have their turn: whoever posts must not wait for a batch.
BEFORE_OTHERS = 6


class Overtaken(Unavailable):
    """A person changed an alert while it was being sorted. Nothing was kept; sort again."""

    code = "sorting.overtaken"


async def hear_all(
    tx: Tx,
    plan: Plan,
    grouping: Grouping,
    heard: Sequence[Heard],
    *,
    world: World,
    over: Sequence[LiveRow] = (),
) -> list[SymptomSheet | None]:
    """Place everything that was heard, in order; return the symptom of each.

    Raises Overtaken when a person was quicker: the caller's transaction must be rolled back.
    """
    if not heard and not over:
        return []
    notices = (one.notice for one in heard)
    router = await informed_router(tx, plan, notices, drill=world.drill)
    board = Board(
        grouping,
        router,
        await active_silences(tx, DrillId(world.drill) if world.drill else None),
        now=tx.now,
        fresh=tx.ids.fresh,
    )
    board.know(await _live(tx, heard, grouping, router))
    ending = await storms_go_on(tx, [symptom_sheet(row) for row in over])
    board.know(ending)
    placed: list[SymptomSheet | None] = []
    for number, one in enumerate(heard, 1):
        placed.append(board.hear(one))
        if number % BEFORE_OTHERS == 0:
            await asyncio.sleep(0)
    for symptom in ending:
        board.end(symptom, by="its own end time", at=symptom.ends_at or tx.now)
    lives = Lives(tx.now, await _alerts(tx, board, world))
    for start in range(0, len(board.steps), 8 * BEFORE_OTHERS):
        lives.go(board.steps[start : start + 8 * BEFORE_OTHERS])
        await asyncio.sleep(0)
    await hold_storms(tx, Weather(plan, router, board, lives, world))
    await save(tx, plan, board, lives, world)
    return placed


async def _alerts(tx: Tx, board: Board, world: World) -> dict[AlertId, AlertSheet]:
    """Hold the alerts that are touched. Whatever a person did to one before that is known now."""
    wanted = alerts_of(board.steps)
    if not wanted:
        return {}
    found = await alerts.lock_many(tx.db, wanted)
    overtaken = any(row.state == "resolved" for row in found) or len(found) < len(wanted)
    if overtaken or await symptoms.has_news(tx.db, drill=world.drill):
        msg = "A person changed an alert just now."
        raise Overtaken(msg)
    return {AlertId(row.id): alert_sheet(row) for row in found}


async def _live(
    tx: Tx, heard: Sequence[Heard], grouping: Grouping, router: Router
) -> list[SymptomSheet]:
    """Return the symptoms that fire under the keys that were heard, or that ends seem to mean."""
    keys = {(one.source, one.notice.key): None for one in heard if one.notice.key}
    found = await symptoms.live(tx.db, list(keys))
    known = {(row.source_id, row.key) for row in found}
    meant = {
        id_
        for one in heard
        if one.notice.status is Status.RESOLVED and (one.source, one.notice.key) not in known
        if (id_ := _meant(grouping, router, one)) is not None
    }
    missing = meant - {SymptomId(row.id) for row in found}
    if missing:
        found += await symptoms.by_id(tx.db, sorted(missing))
    return [symptom_sheet(row) for row in found]


def _meant(grouping: Grouping, router: Router, one: Heard) -> SymptomId | None:
    routed = router.route(
        one.notice,
        source=one.source_name,
        format=one.format,
        default_service=one.default_service,
        at=one.received_at,
    )
    return likely_meant(grouping, one, routed)
