"""What a person reports: something is wrong. It becomes an alert like anything a machine says."""

import asyncio
import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fireline.core.plan.plan import Plan
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import MAX_DESCRIPTION, MAX_ENTITIES, Notice, Status
from fireline.core.values.actor import Human
from fireline.core.values.ids import ServiceId
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.store import source_views as store
from fireline.usecases.intake import say
from fireline.usecases.transaction import Transactions, Tx

PEOPLE = "people"  # the source reports come from
REPORTED = "reported"
MAX_WHAT = 300
MAX_ENTITY = 300
SETTLE_SECONDS = 2.0
_LOOK_SECONDS = 0.03


class ReportUnclear(Refusal):
    """A report that does not say enough, or names what is not there."""

    kind = Kind.INVALID
    code = "report.unclear"


@dataclass(frozen=True, slots=True)
class Report:
    """What a person saw: what is wrong, with what, how bad, and since when."""

    what: str
    service: str = ""
    priority: Priority = Priority.P3
    since: datetime | None = None
    details: str = ""
    entities: Sequence[Entity] = ()


async def report(tx: Tx, plan: Plan, told: Report, *, by: Human) -> str:
    """Say in a person's name that something is wrong; return the key it is known under."""
    _check(tx, plan, told)
    key = f"report:{tx.ids.fresh()}"
    notice = Notice(
        key,
        Status.FIRING,
        " ".join(told.what.split()),
        told.priority,
        at=told.since,
        kind=REPORTED,
        description=f"Reported by {by.name}. {told.details.strip()}".strip(),
        service=told.service,
        entities=tuple(told.entities),
        labels={"reported_by": by.name},
        by=by.name,
    )
    await say(tx, notice, source=PEOPLE)
    return key


async def alert_of_report(
    transactions: Transactions, key: str, *, seconds: float = SETTLE_SECONDS
) -> int | None:
    """Wait until a report was sorted; return its alert's number, `None` if that takes longer."""
    clock = asyncio.get_running_loop()
    ends = clock.time() + seconds
    while True:
        async with transactions() as tx:
            number = await store.alert_of_key(tx.db, PEOPLE, key)
        if number is not None or clock.time() >= ends:
            return number
        await asyncio.sleep(_LOOK_SECONDS)


def _check(tx: Tx, plan: Plan, told: Report) -> None:
    if not told.what.strip() or len(told.what) > MAX_WHAT:
        msg = f"Say what is wrong, in at most {MAX_WHAT} characters."
        raise ReportUnclear(msg, hint="Such as: Customers cannot pay with cards.")
    if "\x00" in told.what + told.details or len(told.details) > MAX_DESCRIPTION - MAX_WHAT:
        msg = "The details are too long, or hold what no page can show."
        raise ReportUnclear(msg)
    if told.service and ServiceId(told.service) not in plan.services:
        names = sorted(plan.services)
        near = difflib.get_close_matches(told.service, names, n=3) or names[:10]
        msg = f"The plan has no service {told.service}."
        raise ReportUnclear(msg, hint=f"Did you mean {', '.join(near)}?")
    if told.since is not None and told.since > tx.now:
        msg = "It cannot have begun in the future."
        raise ReportUnclear(msg)
    if len(told.entities) > MAX_ENTITIES:
        msg = f"A report names at most {MAX_ENTITIES} things."
        raise ReportUnclear(msg)
