"""Every list of an Opsgenie account, page by page.

Paths, paging and envelopes: https://docs.opsgenie.com/docs/api-overview and the pages of each
resource.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlsplit

from fireline.core.signals.decoding import (
    is_list,
    is_object,
    list_of,
    moment_of,
    object_of,
    text_of,
)
from fireline.ports.foreign import Fetch, ForeignAbsent, ForeignRefuses, Query, Tell, Wanted

PAGE = 100
MAX_PAGES = 1_000
_Answer = Mapping[str, object]
# Lists that a plan can do without; a key may not be allowed to read them.
_EXTRAS = (
    ("forwardingRules", "forwarding rules", "v2/forwarding-rules"),
    ("services", "services", "v1/services"),
    ("integrations", "integrations", "v2/integrations"),
    ("policies", "policies", "v2/policies/alert"),
    ("maintenances", "maintenance", "v1/maintenance"),
    ("heartbeats", "heartbeats", "v2/heartbeats"),
)


class OpsgenieAccount:
    """One account, read through one API key."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def read(self, wanted: Wanted, tell: Tell) -> _Answer:
        """Return the account's parts by name; what may not be read under `unread`."""
        unread: list[_Answer] = []
        read: dict[str, object] = {"account": self._account(), "unread": unread}
        read["users"] = self._each("users", self._users(), tell, self._user)
        read["teams"] = self._each("teams", list(self._list("v2/teams")), tell, self._team)
        schedules = list(self._list("v2/schedules", {"expand": "rotation"}))
        read["schedules"] = self._each(
            "schedules", schedules, tell, lambda one: self._schedule(one, wanted)
        )
        read["escalations"] = list(self._list("v2/escalations"))
        for place, (key, kind, path) in enumerate(_EXTRAS):
            tell("other lists", place, len(_EXTRAS))
            try:
                read[key] = list(self._list(path))
            except (ForeignRefuses, ForeignAbsent) as why:
                unread.append({"kind": kind, "why": str(why)})
        return read

    def _each(
        self,
        what: str,
        listed: list[_Answer],
        tell: Tell,
        more: Callable[[_Answer], _Answer],
    ) -> list[_Answer]:
        found: list[_Answer] = []
        for one in listed:
            tell(what, len(found), len(listed))
            found.append({**one, **more(one)})
        tell(what, len(found), len(listed))
        return found

    def _account(self) -> _Answer:
        return object_of(self._fetch.get("v2/account").get("data"))

    def _users(self) -> list[_Answer]:
        return list(self._list("v2/users"))

    def _user(self, user: _Answer) -> _Answer:
        path = f"v2/users/{_id(user)}"
        rules = [
            {**rule, "steps": list(self._list(f"{path}/notification-rules/{_id(rule)}/steps"))}
            for rule in self._list(f"{path}/notification-rules")
        ]
        return {"contacts": list(self._list(f"{path}/contacts")), "notificationRules": rules}

    def _team(self, team: _Answer) -> _Answer:
        path = f"v2/teams/{_id(team)}"
        whole = object_of(self._fetch.get(path, {"identifierType": "id"}).get("data"))
        rules = self._list(f"{path}/routing-rules", {"teamIdentifierType": "id"})
        return {"members": list_of(whole.get("members")), "routingRules": list(rules)}

    def _schedule(self, schedule: _Answer, wanted: Wanted) -> _Answer:
        path = f"v2/schedules/{_id(schedule)}"
        found: dict[str, object] = {
            "overrides": list(self._list(f"{path}/overrides", {"scheduleIdentifierType": "id"}))
        }
        if wanted.timelines:
            found["timelines"] = list(self._timelines(path, wanted))
        return found

    def _timelines(self, path: str, wanted: Wanted) -> Iterator[_Answer]:
        at = wanted.span.start
        while at < wanted.span.end:
            asked: Query = {
                "identifierType": "id",
                "interval": 1,
                "intervalUnit": "months",
                "date": _written(at),
            }
            said = object_of(self._fetch.get(f"{path}/timeline", asked).get("data"))
            yield {"startDate": said.get("startDate"), "finalTimeline": said.get("finalTimeline")}
            ends = moment_of(said.get("endDate"))
            # Some answers begin with the month; what matters is that the next begins later.
            at = ends if ends is not None and ends > at else at + timedelta(days=28)

    def _list(self, path: str, query: Query | None = None) -> Iterator[_Answer]:
        """Go through a list, page by page as long as the answer names a next one."""
        offset = 0
        for _ in range(MAX_PAGES):
            said = self._fetch.get(path, {**(query or {}), "limit": PAGE, "offset": offset})
            yield from _items(said.get("data"))
            following = _offset(said)
            if following is None or following <= offset:
                return
            offset = following


def _items(data: object) -> Iterator[_Answer]:
    """Return the objects of a list; heartbeats have theirs one deeper."""
    listed = (
        data
        if is_list(data)
        else next((held for held in object_of(data).values() if is_list(held)), ())
    )
    yield from (one for one in listed if is_object(one))


def _offset(said: _Answer) -> int | None:
    """Read where the next page begins. Only the number is taken, not the address it is in."""
    following = text_of(object_of(said.get("paging")).get("next"), 4_000)
    told = parse_qs(urlsplit(following).query).get("offset", [])
    return int(told[0]) if told and told[0].isdecimal() else None


def _id(one: _Answer) -> str:
    return quote(text_of(one.get("id"), 200), safe="")


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
