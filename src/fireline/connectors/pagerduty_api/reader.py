"""Every list of a PagerDuty account, page by page.

Paths and paging: https://developer.pagerduty.com/docs/rest-api-overview and .../docs/pagination.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from fireline.core.signals.decoding import is_object, list_of, object_of, text_of
from fireline.core.values.time import Span
from fireline.ports.foreign import Fetch, ForeignAbsent, ForeignRefuses, Query, Tell, Wanted

PAGE = 100
MAX_PAGES = 1_000
# A schedule shows at most three months at once.
STRETCH = timedelta(days=60)
AHEAD = timedelta(days=365)
_Answer = Mapping[str, object]
_EXTRAS: tuple[tuple[str, str, str, Query], ...] = (
    ("maintenance_windows", "maintenance windows", "maintenance_windows", {"filter": "future"}),
    ("orchestrations", "event orchestrations", "event_orchestrations", {}),
    ("rulesets", "rulesets", "rulesets", {}),
    ("business_services", "business services", "business_services", {}),
)


class PagerdutyAccount:
    """One account, read through one REST API key."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def read(self, wanted: Wanted, tell: Tell) -> _Answer:
        """Return the account's parts by name; what may not be read under `unread`."""
        unread: list[_Answer] = []
        include = {"include[]": ["contact_methods", "notification_rules"]}
        read: dict[str, object] = {"unread": unread}
        tell("users", 0, None)
        read["users"] = list(self._list("users", "users", include))
        teams = list(self._list("teams", "teams"))
        read["teams"] = _each("teams", teams, tell, self._team)
        schedules = list(self._list("schedules", "schedules"))
        read["schedules"] = _each(
            "schedules", schedules, tell, lambda one: self._schedule(one, wanted)
        )
        read["escalation_policies"] = list(self._list("escalation_policies", "escalation_policies"))
        tell("services", 0, None)
        with_keys = {"include[]": ["integrations"]}
        read["services"] = list(self._list("services", "services", with_keys))
        for key, kind, path, query in _EXTRAS:
            tell(kind, 0, None)
            try:
                read[path] = list(self._list(path, key, query))
            except (ForeignRefuses, ForeignAbsent) as why:
                unread.append({"kind": kind, "why": str(why)})
        return read

    def _team(self, team: _Answer) -> _Answer:
        return {"members": list(self._list(f"teams/{_id(team)}/members", "members"))}

    def _schedule(self, schedule: _Answer, wanted: Wanted) -> _Answer:
        path = f"schedules/{_id(schedule)}"
        whole = dict(object_of(self._fetch.get(path).get("schedule")))
        if wanted.timelines:
            entries: dict[tuple[str, ...], object] = {}
            for stretch in _stretches(wanted.span):
                said = object_of(self._fetch.get(path, _during(stretch)).get("schedule"))
                final = object_of(said.get("final_schedule"))
                entries |= _told(list_of(final.get("rendered_schedule_entries")))
            whole["final"] = list(entries.values())
        found: dict[tuple[str, ...], object] = {}
        for stretch in _stretches(Span(wanted.span.start, wanted.span.end + AHEAD)):
            said = self._fetch.get(f"{path}/overrides", _during(stretch))
            found |= _told(list_of(said.get("overrides")))
        return {**whole, "overrides": list(found.values())}

    def _list(self, path: str, key: str, query: Query | None = None) -> Iterator[_Answer]:
        """Go through a list, page by page while there is more."""
        offset = 0
        for _ in range(MAX_PAGES):
            said = self._fetch.get(path, {**(query or {}), "limit": PAGE, "offset": offset})
            items = [one for one in list_of(said.get(key)) if is_object(one)]
            yield from items
            if said.get("more") is not True or not items:
                return
            offset += len(items)


def _each(
    what: str, listed: list[_Answer], tell: Tell, more: Callable[[_Answer], _Answer]
) -> list[_Answer]:
    found: list[_Answer] = []
    for one in listed:
        tell(what, len(found), len(listed))
        found.append({**one, **more(one)})
    tell(what, len(found), len(listed))
    return found


def _stretches(span: Span) -> Iterator[Span]:
    at = span.start
    while at < span.end:
        ends = min(at + STRETCH, span.end)
        yield Span(at, ends)
        at = ends


def _during(span: Span) -> Query:
    return {"since": _written(span.start), "until": _written(span.end), "time_zone": "UTC"}


def _told(entries: object) -> dict[tuple[str, ...], object]:
    """Keep each entry once, though it shows in every stretch it touches."""
    return {
        (
            text_of(one.get("id"), 100),
            text_of(one.get("start"), 100),
            text_of(one.get("end"), 100),
            text_of(object_of(one.get("user")).get("id"), 100),
        ): one
        for one in list_of(entries)
        if is_object(one)
    }


def _id(one: _Answer) -> str:
    return quote(text_of(one.get("id"), 200), safe="")


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
