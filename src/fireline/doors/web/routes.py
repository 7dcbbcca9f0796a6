"""The routes in their order, a form to try them, and what nothing routes."""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.doors.silence_words import window_text
from fireline.doors.web.shell import Again, Caller, page, render
from fireline.usecases import plans, routes
from fireline.usecases.routes import RouteTrial

_FORM = "try"
_DAYS = 7


class TrialUnclear(Refusal):
    """What is to be tried cannot be understood."""

    kind = Kind.INVALID
    code = "route.trial_unclear"


async def listing(caller: Caller) -> Response:
    """Show the routes, and what nothing routed; with a title in the address, try it."""
    caller.reach(None)
    asked = dict(caller.request.query_params)
    refusal: Refusal | None = None
    trial: RouteTrial | None = None
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        listed = await routes.list_routes(tx, plan)
        unrouted = await routes.list_unrouted(tx, days=_DAYS)
        now = tx.now
        try:
            if asked.get("title", "").strip():
                notice, at = _notice(asked), _moment(asked.get("at", ""))
                source = asked.get("source", "").strip()
                trial = await routes.try_notice(tx, plan, notice, source=source, at=at)
        except TrialUnclear as unclear:
            refusal = unclear
    again = Again(_FORM, asked, refusal)
    return render(
        caller,
        "routes.html",
        here="routes",
        status=again.status,
        again=again,
        routes=[(view, [window_text(part) for part in view.hours]) for view in listed],
        unrouted=unrouted,
        trial=trial,
        priorities=tuple(Priority),
        services=sorted(plan.services),
        now=now,
    )


def _notice(asked: Mapping[str, str]) -> Notice:
    labels = dict(_pairs(asked.get("labels", "")))
    priority = asked.get("priority", "")
    return Notice(
        key="",
        status=Status.FIRING,
        title=asked["title"].strip(),
        priority=Priority.__members__.get(priority, Priority.P3),
        kind=asked.get("kind", "").strip(),
        service=asked.get("service", ""),
        entities=tuple(Entity(*pair) for pair in _pairs(asked.get("entities", ""))),
        labels=labels,
    )


def _pairs(said: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for line in filter(str.strip, said.splitlines()):
        name, sign, value = line.partition("=")
        if not sign or not name.strip():
            msg = f"{line[:60]!r} is not a name and a value."
            raise TrialUnclear(msg, hint="Write NAME=VALUE, one on a line.")
        pairs.append((name.strip(), value.strip()))
    return pairs


def _moment(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said).replace(tzinfo=UTC) if said else None
    except ValueError:
        msg = f"{said[:40]!r} is not a moment."
        raise TrialUnclear(msg, hint="Write one such as 2026-12-24T03:00, in UTC.") from None


ROUTES = (page("/routes", listing, Permission.SEE),)
