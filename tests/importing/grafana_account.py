"""A Grafana OnCall organisation, and its final shifts worked out naively.

Shapes and the meaning of recurring shifts:
https://grafana.com/docs/oncall/latest/oncall-api-reference/. Each shift is listed by itself, then
the levels are compared.
"""

import re
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from tests.importing.vendors import KEY, Query, Vendor, iso, moment, stretches

PAGE = 2
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _user(id_: str, name: str, role: str = "user") -> dict[str, Any]:
    return {
        "id": id_,
        "email": f"{name}@example.com",
        "username": name,
        "role": role,
        "timezone": "Europe/Berlin" if name == "ana" else "",
        "slack": [{"user_id": "U0ANA00001", "team_id": "T0"}] if name == "ana" else [],
        "is_phone_number_verified": name == "bo",
        "teams": ["G1"] if name != "dee" else [],
    }


USERS = [_user("UA", "ana", "admin"), _user("UB", "bo"), _user("UC", "cy"), _user("UD", "dee")]
PERSONAL = [
    {"id": "N1", "user_id": "UA", "position": 0, "important": False, "type": "notify_by_slack"},
    {
        "id": "N2",
        "user_id": "UA",
        "position": 1,
        "important": False,
        "type": "wait",
        "duration": 300,
    },
    {"id": "N3", "user_id": "UA", "position": 2, "important": False, "type": "notify_by_email"},
    {"id": "N4", "user_id": "UA", "position": 0, "important": True, "type": "notify_by_phone_call"},
    {"id": "N5", "user_id": "UA", "position": 1, "important": True, "type": "notify_by_email"},
]


def _shift(id_: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "time_zone": None, "level": 0, **more}


SHIFTS: dict[str, list[dict[str, Any]]] = {
    "S1": [
        _shift(
            "A1",
            "weekly",
            type="rolling_users",
            start="2026-01-05T08:00:00",
            rotation_start="2026-01-05T08:00:00",
            duration=604_800,
            frequency="weekly",
            interval=1,
            week_start="MO",
            rolling_users=[["UA", "UB"], ["UC"]],
            start_rotation_from_user_index=1,
        ),
        _shift(
            "A2",
            "nights of working days",
            type="rolling_users",
            level=1,
            start="2026-02-02T22:00:00",
            rotation_start="2026-02-02T22:00:00",
            duration=36_000,
            frequency="weekly",
            interval=1,
            week_start="MO",
            by_day=["MO", "TU", "WE", "TH", "SU"],
            rolling_users=[["UD"], ["UB"], ["UA"]],
            start_rotation_from_user_index=0,
        ),
        _shift(
            "A3",
            "day by day",
            type="rolling_users",
            level=2,
            start="2026-03-02T12:00:00",
            rotation_start="2026-03-02T12:00:00",
            duration=7_200,
            frequency="daily",
            interval=2,
            by_day=["MO", "WE", "FR"],
            rolling_users=[["UC"], ["UD"]],
            start_rotation_from_user_index=0,
        ),
        _shift(
            "A4",
            "once",
            type="single_event",
            level=5,
            start="2026-03-29T01:00:00",
            duration=21_600,
            users=["UD"],
        ),
        _shift(
            "A5",
            "every other day",
            type="recurrent_event",
            level=2,
            time_zone="America/New_York",
            start="2026-03-05T06:00:00",
            rotation_start="2026-03-05T06:00:00",
            until="2026-05-01T10:00:00",
            duration=3_600,
            frequency="daily",
            interval=2,
            users=["UA"],
        ),
        _shift(
            "A6",
            "override",
            type="override",
            start="2026-04-14T10:00:00",
            rotation_start="2026-04-14T10:00:00",
            duration=10_800,
            users=["UB"],
        ),
        _shift(
            "A7",
            "first of the month",
            type="recurrent_event",
            level=3,
            start="2026-01-01T00:00:00",
            duration=3_600,
            frequency="monthly",
            interval=1,
            by_monthday=[1],
            until="2026-02-01T00:00:00",
            users=["UA"],
        ),
    ],
    "S2": [
        _shift(
            "B1",
            "web",
            type="rolling_users",
            level=1,
            start="2026-01-05T09:00:00",
            rotation_start="2026-02-23T09:00:00",
            duration=43_200,
            frequency="daily",
            interval=1,
            rolling_users=[["UA"], ["UB"], ["UC"]],
            start_rotation_from_user_index=0,
        )
    ],
    "S3": [],
}
SCHEDULES = [
    {"id": "S1", "name": "Primary", "type": "calendar", "time_zone": "Europe/Berlin"},
    {"id": "S2", "name": "Web", "type": "web", "time_zone": "Europe/Berlin"},
    {
        "id": "S3",
        "name": "From a calendar",
        "type": "ical",
        "ical_url_primary": "https://calendar.example.com/on-call.ics",
    },
]
CHAINS = [{"id": "F1", "name": "Default", "team_id": "G1"}, {"id": "F2", "name": "Slack only"}]


def _step(position: int, type_: str, chain: str = "F1", **more: Any) -> dict[str, Any]:
    id_ = f"{chain}{position}"
    return {
        "id": id_,
        "escalation_chain_id": chain,
        "position": position,
        "type": type_,
        **more,
    }


POLICIES = [
    _step(3, "notify_person_next_each_time", persons_to_notify_next_each_time=["UA", "UB"]),
    _step(0, "notify_on_call_from_schedule", notify_on_call_from_schedule="S1", important=True),
    _step(1, "wait", duration=300),
    _step(2, "notify_persons", persons_to_notify=["UC", "GONE"]),
    _step(4, "wait", duration=900),
    _step(
        5,
        "notify_if_time_from_to",
        notify_if_time_from="08:00:00Z",
        notify_if_time_to="18:00:00Z",
    ),
    _step(6, "notify_team_members", team_to_notify="G1"),
    _step(7, "trigger_webhook", action_to_trigger="W1"),
    _step(8, "wait", duration=600),
    _step(9, "repeat_escalation"),
    _step(0, "notify_whole_channel", "F2"),
]
INTEGRATIONS = [
    {
        "id": "C1",
        "name": "Prometheus of the shop",
        "type": "alertmanager",
        "team_id": "G1",
        "default_route": {"id": "R2", "escalation_chain_id": "F1"},
    },
    {"id": "C2", "name": "Nobody's", "type": "webhook", "team_id": None},
]
ROUTES = [
    {
        "id": "R1",
        "integration_id": "C1",
        "escalation_chain_id": "F1",
        "routing_type": "regex",
        "routing_regex": "us-(east|west)",
        "position": 0,
        "is_the_last_route": False,
    },
    {"id": "R2", "integration_id": "C1", "escalation_chain_id": "F1", "is_the_last_route": True},
]


def grafana() -> Vendor:
    """Serve an organisation whose lists come in pages of two."""
    return Vendor(_answer, KEY)


def _answer(path: str, query: Query, url: str) -> Any:
    lists: dict[str, list[Any]] = {
        "users": USERS,
        "teams": [{"id": "G1", "name": "Platform"}],
        "schedules": SCHEDULES,
        "on_call_shifts": SHIFTS.get(query.get("schedule_id", ""), []),
        "escalation_chains": CHAINS,
        "escalation_policies": POLICIES,
        "integrations": INTEGRATIONS,
        "routes": ROUTES,
        "personal_notification_rules": PERSONAL,
        "webhooks": [
            {"id": "W1", "name": "chat", "url": "https://x.example", "password": "s3cr3t"}
        ],
        "shift_swaps": [],
    }
    found = re.fullmatch(r"/api/v1/([a-z_]+)/", path)
    if found and found[1] in lists:
        return _page(lists[found[1]], query, url)
    if found := re.fullmatch(r"/api/v1/schedules/(\w+)/final_shifts/", path):
        start, end = (moment(f"{query[name]}T00:00:00Z") for name in ("start_date", "end_date"))
        return _page(_final(found[1], start, end), query, url)
    return None


def _page(listed: list[Any], query: Query, url: str) -> Any:
    page = int(query.get("page", "1"))
    size = PAGE if len(listed) < 50 else 50
    more = page * size < len(listed)
    return {
        "count": len(listed),
        "next": f"{url}?page={page + 1}" if more else None,
        "previous": None,
        "results": listed[(page - 1) * size : page * size],
        "current_page_number": page,
        "page_size": size,
    }


@cache
def _final(id_: str, start: datetime, end: datetime) -> list[Any]:
    mails = {user["id"]: user["email"] for user in USERS}
    shifts = [one for one in _listed(id_, end) if one[1] > start]
    return [
        {
            "user_pk": one,
            "user_email": mails[one],
            "user_username": mails[one].split("@")[0],
            "shift_start": iso(begins),
            "shift_end": iso(ends),
        }
        for begins, ends, people in stretches(
            partial(_on_call, shifts), start, end, timedelta(hours=1)
        )
        for one in sorted(people)
    ]


_Listed = list[tuple[datetime, datetime, int, tuple[str, ...]]]


def _on_call(shifts: _Listed, at: datetime) -> frozenset[str]:
    now = [(level, people) for start, end, level, people in shifts if start <= at < end]
    highest = max((level for level, _ in now), default=0)
    return frozenset(one for level, people in now if level == highest for one in people)


def _listed(id_: str, end: datetime) -> _Listed:
    schedule = next(one for one in SCHEDULES if one["id"] == id_)
    # Shifts of a schedule made on the web are in UTC, whatever zone the page shows.
    zone = "UTC" if schedule["type"] == "web" else schedule.get("time_zone", "UTC")
    found: _Listed = []
    for shift in SHIFTS[id_]:
        own = ZoneInfo(shift["time_zone"] or zone)
        level = 99 if shift["type"] == "override" else shift["level"]
        for start, people in _times(shift, end.replace(tzinfo=None)):
            ends = start + timedelta(seconds=shift["duration"])
            begun = max(start, datetime.fromisoformat(shift.get("rotation_start", shift["start"])))
            until = shift.get("until")
            if start >= begun and (not until or start < datetime.fromisoformat(until)):
                # Both ends are on the wall clock.
                found.append((start.replace(tzinfo=own), ends.replace(tzinfo=own), level, people))
    return found


def _times(shift: dict[str, Any], end: datetime) -> list[tuple[datetime, tuple[str, ...]]]:
    """List when a shift begins, on the wall clock, and whose it is, one after the other."""
    start = datetime.fromisoformat(shift["start"])
    if "frequency" not in shift:
        return [(start, tuple(shift["users"]))]
    groups = shift.get("rolling_users") or [shift["users"]]
    first = shift.get("start_rotation_from_user_index", 0)
    groups = groups[first:] + groups[:first]
    days = shift.get("by_day") or ([DAYS[start.weekday()]] if _is_weekly(shift) else DAYS)
    found: list[tuple[datetime, tuple[str, ...]]] = []
    monday = start - timedelta(days=start.weekday())
    day, counted = start, 0
    while day < end:
        if DAYS[day.weekday()] in days:
            # Days that are named are counted by themselves; without them, every day and week is.
            number = (day - monday).days // 7 if _is_weekly(shift) else counted
            turn, rest = divmod(number, shift["interval"])
            if rest == 0 or (shift.get("by_day") and not _is_weekly(shift)):
                found.append((day, tuple(groups[turn % len(groups)])))
            counted += 1
        day += timedelta(days=1)
    return found


def _is_weekly(shift: dict[str, Any]) -> bool:
    return shift["frequency"] == "weekly"
