"""Every list of a Grafana OnCall organisation, page by page.

Paths and paging: https://grafana.com/docs/oncall/latest/oncall-api-reference/.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from urllib.parse import quote

from fireline.core.signals.decoding import is_object, list_of, text_of
from fireline.core.values.time import Span
from fireline.ports.foreign import Fetch, ForeignAbsent, ForeignRefuses, Query, Tell, Wanted

MAX_PAGES = 1_000
_DAY = timedelta(days=1)
_Answer = Mapping[str, object]
_LISTS = (
    ("users", "users"),
    ("teams", "teams"),
    ("chains", "escalation_chains"),
    ("policies", "escalation_policies"),
    ("personal_rules", "personal_notification_rules"),
)
_EXTRAS = (
    ("integrations", "integrations", "integrations"),
    ("routes", "routes", "routes"),
    ("webhooks", "outgoing webhooks", "webhooks"),
    ("shift_swaps", "shift swaps", "shift_swaps"),
)


class GrafanaOncallAccount:
    """One organisation, read through one API token."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def read(self, wanted: Wanted, tell: Tell) -> _Answer:
        """Return the organisation's parts by name; what may not be read under `unread`."""
        unread: list[_Answer] = []
        read: dict[str, object] = {"unread": unread}
        for key, path in _LISTS:
            tell(path.replace("_", " "), 0, None)
            read[key] = list(self._list(path))
        schedules = list(self._list("schedules"))
        read["schedules"] = _each(
            "schedules", schedules, tell, lambda one: self._schedule(one, wanted)
        )
        for key, kind, path in _EXTRAS:
            tell(kind, 0, None)
            try:
                read[key] = list(self._list(path))
            except (ForeignRefuses, ForeignAbsent) as why:
                unread.append({"kind": kind, "why": str(why)})
        return read

    def _schedule(self, schedule: _Answer, wanted: Wanted) -> _Answer:
        id_ = text_of(schedule.get("id"), 200)
        shifts = list(self._list("on_call_shifts", {"schedule_id": id_}))
        found: dict[str, object] = {"onCallShifts": shifts}
        if wanted.timelines:
            path = f"schedules/{quote(id_, safe='')}/final_shifts"
            found["final"] = list(self._list(path, _days(wanted.span)))
        return found

    def _list(self, path: str, query: Query | None = None) -> Iterator[_Answer]:
        """Go through a list, page by page while the answer names a next one."""
        for page in range(1, MAX_PAGES + 1):
            said = self._fetch.get(f"{path}/", {**(query or {}), "page": page})
            yield from (one for one in list_of(said.get("results")) if is_object(one))
            if not said.get("next"):
                return


def _each(
    what: str, listed: list[_Answer], tell: Tell, more: Callable[[_Answer], _Answer]
) -> list[_Answer]:
    found: list[_Answer] = []
    for one in listed:
        tell(what, len(found), len(listed))
        found.append({**one, **more(one)})
    tell(what, len(found), len(listed))
    return found


def _days(span: Span) -> Query:
    """Name whole days around a span: the API knows no times of day, nor more than a year."""
    start, end = span.start - _DAY, span.end + _DAY
    return {"start_date": start.date().isoformat(), "end_date": end.date().isoformat()}
