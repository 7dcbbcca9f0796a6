"""Sources that say things, and a sorter that listens; the team is that of alerts_world."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from fireline.core.plan.plan import Plan
from fireline.core.signals.formats import fireline
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.priority import Priority
from fireline.store import payloads, sources
from fireline.usecases.alert_views import AlertView
from fireline.usecases.alerts import AlertFilter, find_alert, list_alerts
from fireline.usecases.groupings import Groupings
from fireline.usecases.sorting import end_what_is_over, sort_payloads
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import PLAN

EVERY_STATE = ("firing", "acknowledged", "resolved")


def firing(key: str, title: str = "Disk full", **said: Any) -> Notice:
    return Notice(key, Status.FIRING, title, **{"service": "shop", **said})


def over(key: str, **said: Any) -> Notice:
    return Notice(key, Status.RESOLVED, "over", **said)


def taken(key: str, **said: Any) -> Notice:
    return Notice(key, Status.ACKNOWLEDGED, "taken", **said)


async def posted(tx: Tx, *notices: Notice, source: str = "monitor") -> None:
    """Let a source post, one notice in a payload."""
    known = await sources.register(
        tx.db, tx.ids.fresh(), source, drill=None, now=tx.now, format="fireline"
    )
    bodies = [fireline.write(notice) for notice in notices]
    await posted_raw(tx, known, *bodies)


async def posted_raw(tx: Tx, known: sources.Registered, *bodies: bytes) -> None:
    """Let a source post bodies as they are."""
    new = [
        payloads.New(tx.ids.fresh(), known.id, None, "fireline", "", "{}", body) for body in bodies
    ]
    await payloads.keep(tx.db, new, now=tx.now)


async def heard(
    tx: Tx, *notices: Notice, source: str = "monitor", plan: Plan = PLAN
) -> list[AlertView]:
    """Post, sort, and return every alert there is, in the order they were raised."""
    await posted(tx, *notices, source=source)
    await sort_payloads(tx, plan, groupings(tx))
    return await everything(tx)


async def everything(tx: Tx) -> list[AlertView]:
    lines = await list_alerts(tx, AlertFilter(states=EVERY_STATE))
    views = [await find_alert(tx, line.number) for line in lines]
    return sorted(views, key=lambda view: view.number)


async def ended(tx: Tx) -> int:
    return await end_what_is_over(tx, PLAN, groupings(tx))


def groupings(tx: Tx) -> Groupings:
    """Make groupings that know nothing yet, as after a restart."""
    return Groupings(tx.ids.fresh())


def later(tx: Tx, **by: float) -> Tx:
    return replace(tx, now=tx.now + timedelta(**by))


URGENT, CALM = Priority.P1, Priority.P4
