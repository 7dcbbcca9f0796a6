"""A route must be able to fit, and decide something; the ones behind it must be reachable."""

from collections.abc import Iterator

from fireline.core.alerting.route import DEFAULT, VARIABLES, why_not_a_route_condition
from fireline.core.plan.files import RoutesFile, RouteWords
from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.reading import Draft, Read

_DECIDE = ("service", "team", "priority", "escalation", "runbook", "suppress")


def route_mistakes(draft: Draft) -> Iterator[Mistake]:
    """Find conditions that do not read, routes that decide nothing, and routes never reached."""
    read = draft.one("routes.yaml", RoutesFile)
    if read is None:
        return
    seen: set[str] = {DEFAULT}
    always: str | None = None
    for place, route in enumerate(read.words.routes):
        loc = ("routes", place)
        if route.id in seen:
            says = f"a route `{route.id}` stands above already"
            if route.id == DEFAULT:
                says = f"`{DEFAULT}` is the name of the default route"
            yield read.wrong((*loc, "id"), Code.DUPLICATE_ENTRY, says, "give it its own id")
        seen.add(route.id)
        if always is not None:
            says = f"`{route.id}` is never reached: `{always}` is for every alert"
            yield read.wrong(loc, Code.ROUTE_UNREACHED, says, "write it above that one")
        elif route.when is None and not route.hours:
            always = route.id
        yield from _of_route(read, place, route)


def _of_route(read: Read[RoutesFile], place: int, route: RouteWords) -> Iterator[Mistake]:
    loc = ("routes", place)
    if all(getattr(route, field) is None for field in _DECIDE):
        says = f"`{route.id}` decides nothing"
        yield read.wrong(loc, Code.FIELD_MISSING, says, f"add one of {', '.join(_DECIDE)}")
    broken = None if route.when is None else why_not_a_route_condition(route.when)
    if broken is not None:
        fix = f"write CEL over {', '.join(VARIABLES)}"
        says = f"the condition does not read: {broken}"
        yield read.wrong((*loc, "when"), Code.CONDITION_BROKEN, says, fix)
