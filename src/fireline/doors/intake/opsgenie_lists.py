"""Lists of the Opsgenie API: alerts that a query finds, and what happened to one of them."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

from fireline.core.signals.opsgenie_query import BadQuery, parse
from fireline.core.signals.search import Found, Words, exactly
from fireline.doors.intake.opsgenie_find import found_or_gone
from fireline.doors.intake.opsgenie_shapes import alerts_of, moment, plan_of, username
from fireline.doors.intake.opsgenie_wire import Answer, Call, NotDone, Way, invalid, shown
from fireline.usecases import symptoms
from fireline.usecases.symptoms import SymptomFilter

MOST_LISTED = 100
LISTED = 20
FURTHEST = 20_000  # the vendor lists no alert beyond this
_SORTS = {
    "createdAt": "raised_at",
    "updatedAt": "last_at",
    "lastOccurredAt": "last_at",
    "tinyId": "number",
    "alias": "key",
    "message": "title",
    "status": "state",
    "acknowledged": "acknowledged",
    "isSeen": "acknowledged",
    "snoozed": "snoozed",
    "count": "times",
    "owner": "assigned",
    "priority": "priority",
}


async def listed(call: Call) -> Answer:
    """List alerts that a query finds."""
    chosen = await wanted(call)
    await call.settle()
    async with call.desk.transaction() as tx:
        found = await symptoms.list_symptoms(tx, call.card.id, chosen)
        total = await symptoms.count_symptoms(tx, call.card.id, chosen)
        data = await alerts_of(tx, call.card, found)
    return shown(data, paging=paging(call, total, chosen.limit, chosen.offset))


async def counted(call: Call) -> Answer:
    """Count the alerts that a query finds."""
    chosen = await wanted(call)
    await call.settle()
    async with call.desk.transaction() as tx:
        return shown({"count": await symptoms.count_symptoms(tx, call.card.id, chosen)})


async def searches(call: Call) -> Answer:
    """Say that no searches are saved here."""
    del call
    raise NotDone(HTTPStatus.NOT_FOUND, "Fireline keeps no saved searches; send a query instead")


async def notes(call: Call) -> Answer:
    """List the notes on an alert's timeline."""
    return await _timeline(call, only="alert.note", word="note")


async def logs(call: Call) -> Answer:
    """List an alert's timeline."""
    return await _timeline(call, only="", word="log")


async def recipients(call: Call) -> Answer:
    """List who was told of an alert."""
    found = await found_or_gone(call)
    async with call.desk.transaction() as tx:
        told = await symptoms.told_people(tx, found)
        plan = await plan_of(tx)
    states = {"acknowledged": "action", "wished": "notactive", "sent": "active"}
    return shown(
        [
            {
                "user": {"id": page.person, "username": username(plan, page.person)},
                "state": states.get(page.state, page.state),
                "method": page.reason,
                "createdAt": moment(page.wished_at),
                "updatedAt": moment(page.settled_at or page.wished_at),
            }
            for page in told
        ]
    )


def paging(call: Call, total: int, limit: int, offset: int) -> Mapping[str, str]:
    """Return the addresses of the pages around one."""
    last = max((total - 1) // limit, 0) * limit
    places = {"first": 0, "last": last}
    if offset + limit < total:
        places["next"] = offset + limit
    if offset > 0:
        places["prev"] = max(offset - limit, 0)
    kept = {name: value for name, value in call.query.items() if name not in {"offset", "limit"}}
    base = f"{call.origin}{call.request.url.path.rstrip('/')}"
    return {
        word: f"{base}?{urlencode({**kept, 'limit': limit, 'offset': place})}"
        for word, place in places.items()
    }


def number_in(call: Call, word: str, otherwise: int, *, most: int) -> int:
    """Return a number of the query, cut to the most there may be. Raises NotDone for no number."""
    text = call.query.get(word, "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal()):
        raise invalid(field=word, why=f"{word} must be a whole number, not {text[:50]}")
    return min(int(text[:9]), most)


async def wanted(call: Call, *, also: Found | None = None) -> SymptomFilter:
    """Read which alerts a query wants; `also` must hold of each. Raises NotDone."""
    if call.query.get("searchIdentifier"):
        why = "fireline keeps no saved searches; send a query instead"
        raise invalid(field="searchIdentifier", why=why)
    sort = call.query.get("sort", "createdAt")
    if sort not in _SORTS:
        raise invalid(field="sort", why=f"sort must be one of {', '.join(_SORTS)}")
    order = call.query.get("order", "desc").lower()
    if order not in {"asc", "desc"}:
        raise invalid(field="order", why="order must be asc or desc")
    try:
        search = parse(call.query.get("query", "").replace("\x00", ""))
    except BadQuery as bad:
        raise invalid(field="query", why=f"The query cannot be read: {bad}") from bad
    if also is not None:
        search = tuple((*tests, also) for tests in search or ((),))
    return SymptomFilter(
        search=await _named(call, search),
        sort=_SORTS[sort],
        down=order == "desc",
        limit=max(number_in(call, "limit", LISTED, most=MOST_LISTED), 1),
        offset=number_in(call, "offset", 0, most=FURTHEST),
    )


async def _named(
    call: Call, search: tuple[tuple[Found, ...], ...]
) -> tuple[tuple[Found, ...], ...]:
    """Put the plan's own names where a search has addresses and titles."""
    fields = {"assigned", "team", "acknowledged_by"}
    if not any(test.field in fields for tests in search for test in tests):
        return search
    async with call.desk.transaction() as tx:
        plan = await plan_of(tx)
    if plan is None:
        return search
    names = {exactly(one.email).lower(): exactly(one.id) for one in plan.people.values()}
    names |= {exactly(one.name).lower(): exactly(one.id) for one in plan.teams.values()}
    return tuple(
        tuple(
            replace(test, like=names.get(test.like.lower(), test.like))
            if isinstance(test, Words) and test.field in fields
            else test
            for test in tests
        )
        for tests in search
    )


async def _timeline(call: Call, *, only: str, word: str) -> Answer:
    """List facts. An offset is where a page ended: a moment and a place."""
    found = await found_or_gone(call)
    limit = max(number_in(call, "limit", MOST_LISTED, most=MOST_LISTED), 1)
    async with call.desk.transaction() as tx:
        happened = await symptoms.timeline(tx, found)
        plan = await plan_of(tx)
    lines = [
        {
            word: str(fact.body.get("text", fact.kind)),
            **({} if only else {"type": "system" if ":" in fact.by else "alertRecipient"}),
            "owner": username(plan, fact.by),
            "createdAt": moment(fact.at),
            "offset": f"{round(fact.at.timestamp() * 1000)}_{fact.seq}",
        }
        for fact in happened
        if not only or fact.kind == only
    ]
    if call.query.get("order", "desc").lower() == "desc":
        lines.reverse()
    after = call.query.get("offset", "")
    place = next((n for n, line in enumerate(lines) if line["offset"] == after), None)
    if place is not None:
        back = call.query.get("direction", "next").lower() == "prev"
        lines = lines[max(place - limit, 0) : place] if back else lines[place + 1 :]
    return shown(lines[:limit], paging=_timeline_paging(call, lines, limit))


def _timeline_paging(call: Call, lines: list[dict[str, str]], limit: int) -> Mapping[str, str]:
    base = f"{call.origin}{call.request.url.path.rstrip('/')}"
    kept = {
        name: value for name, value in call.query.items() if name not in {"offset", "direction"}
    }
    pages = {"first": f"{base}?{urlencode({**kept, 'direction': 'next'})}"}
    if len(lines) > limit:
        more = {**kept, "direction": "next", "offset": lines[limit - 1]["offset"]}
        pages["next"] = f"{base}?{urlencode(more)}"
    return pages


WAYS = (
    Way("GET", "/v2/alerts", listed),
    Way("GET", "/v2/alerts/count", counted),
    Way("GET", "/v2/alerts/saved-searches", searches),
    Way("POST", "/v2/alerts/saved-searches", searches),
    Way("GET", "/v2/alerts/saved-searches/{search}", searches),
    Way("GET", "/v2/alerts/{id}/notes", notes),
    Way("GET", "/v2/alerts/{id}/logs", logs),
    Way("GET", "/v2/alerts/{id}/recipients", recipients),
)
