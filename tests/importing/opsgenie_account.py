"""An Opsgenie account, and its timeline worked out naively.

Shapes and meaning: https://docs.opsgenie.com/docs (user, contact, notification-rule, team,
routing-rule, schedule, rotation, override, timeline, escalation and forwarding-rule API).
"""

import re
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from tests.importing.vendors import KEY, Query, Vendor, iso, moment, stretches

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PAGE = 3
NAMES = {"u1": "ana", "u2": "bo", "u3": "cy", "u4": "dee"}


def user(id_: str, name: str, role: str = "User", zone: str = "Europe/London") -> dict[str, Any]:
    return {
        "id": id_,
        "username": f"{name.partition(' ')[0].lower()}@example.com",
        "fullName": name,
        "role": {"id": role, "name": role},
        "timeZone": zone,
        "locale": "en_US",
        "blocked": False,
        "verified": True,
    }


USERS = [
    user("u1", "Ana Duarte", "Owner", "Europe/Lisbon"),
    user("u2", "Bo Lindqvist"),
    user("u3", "Cy Okafor"),
    user("u4", "Dee Novák", zone="America/New_York"),
]
CONTACTS = {
    "u1": [
        {"id": "c1", "contactMethod": "email", "to": "ana@example.com", "enabled": True},
        {"id": "c2", "contactMethod": "sms", "to": "351-912345678", "enabled": True},
        {"id": "c3", "contactMethod": "mobile", "to": "Ana's phone", "enabled": True},
        {"id": "c4", "contactMethod": "email", "to": "ana@home.example", "enabled": True},
    ]
}


def _step(id_: str, method: str, minutes: int) -> dict[str, Any]:
    return {
        "id": id_,
        "contact": {"method": method, "to": ""},
        "sendAfter": {"timeAmount": minutes, "timeUnit": "minutes"},
        "enabled": True,
    }


def _priority(value: str) -> dict[str, Any]:
    return {"field": "priority", "operation": "equals", "not": False, "expectedValue": value}


RULES = {
    "u1": [
        {
            "id": "n1",
            "name": "Urgent",
            "actionType": "create-alert",
            "enabled": True,
            "order": 0,
            "criteria": {
                "type": "match-any-condition",
                "conditions": [_priority("P1"), _priority("P2")],
            },
            "steps": [_step("p1", "sms", 0), _step("p2", "voice", 5), _step("p3", "mobile", 0)],
        },
        {
            "id": "n2",
            "name": "Rest",
            "actionType": "create-alert",
            "enabled": True,
            "order": 1,
            "criteria": {"type": "match-all"},
            "steps": [_step("p4", "email", 1)],
        },
        {"id": "n3", "name": "Shift", "actionType": "schedule-start", "enabled": True, "steps": []},
    ]
}
TEAMS = [
    {"id": "t1", "name": "Platform", "description": "runs it"},
    {"id": "t2", "name": "Nobody yet", "description": ""},
]
MEMBERS = {
    "t1": [
        {"user": {"id": "u1", "username": "ana@example.com"}, "role": "admin"},
        {"user": {"id": "u2", "username": "bo@example.com"}, "role": "user"},
        {"user": {"id": "u3", "username": "cy@example.com"}, "role": "user"},
    ]
}
ROUTING = {
    "t1": [
        {
            "id": "rr1",
            "name": "Disks",
            "isDefault": False,
            "order": 0,
            "criteria": {
                "type": "match-any-condition",
                "conditions": [
                    {
                        "field": "message",
                        "not": False,
                        "operation": "contains",
                        "expectedValue": "disk",
                        "order": 0,
                    },
                    {
                        "field": "extra-properties",
                        "key": "env",
                        "not": True,
                        "operation": "equals",
                        "expectedValue": "prod",
                        "order": 1,
                    },
                ],
            },
            "timezone": "Europe/London",
            "timeRestriction": {
                "type": "weekday-and-time-of-day",
                "restrictions": [
                    {
                        "startDay": "friday",
                        "startHour": 18,
                        "startMin": 0,
                        "endDay": "monday",
                        "endHour": 8,
                        "endMin": 30,
                    }
                ],
            },
            "notify": {"type": "escalation", "id": "e1", "name": "Platform escalation"},
        },
        {
            "id": "rr2",
            "name": "Odd",
            "isDefault": False,
            "order": 1,
            "criteria": {
                "type": "match-all-conditions",
                "conditions": [
                    {
                        "field": "responders",
                        "not": False,
                        "operation": "contains",
                        "expectedValue": "x",
                    }
                ],
            },
            "notify": {"type": "none"},
        },
        {
            "id": "rr0",
            "name": "Default",
            "isDefault": True,
            "order": 2,
            "criteria": {"type": "match-all"},
            "notify": {"type": "schedule", "id": "s1", "name": "Primary"},
        },
    ]
}


def _one(id_: str) -> dict[str, str]:
    return {"type": "user", "id": id_, "username": f"{NAMES[id_]}@example.com"}


SCHEDULES: list[dict[str, Any]] = [
    {
        "id": "s1",
        "name": "Primary",
        "description": "",
        "timezone": "Europe/London",
        "enabled": True,
        "ownerTeam": {"id": "t1", "name": "Platform"},
        "rotations": [
            {
                "id": "o1",
                "name": "Weekly",
                "startDate": "2026-01-05T09:00:00Z",
                "endDate": None,
                "type": "weekly",
                "length": 1,
                "participants": [_one("u1"), _one("u2"), _one("u3")],
            },
            {
                "id": "o2",
                "name": "Nights",
                "startDate": "2026-02-01T22:00:00Z",
                "endDate": None,
                "type": "daily",
                "length": 2,
                "participants": [_one("u4"), _one("u3")],
                "timeRestriction": {
                    "type": "time-of-day",
                    "restriction": {"startHour": 22, "startMin": 0, "endHour": 6, "endMin": 30},
                },
            },
            {
                "id": "o3",
                "name": "Weekends",
                "startDate": "2026-03-06T18:00:00Z",
                "endDate": "2026-04-25T12:00:00Z",
                "type": "hourly",
                "length": 12,
                "participants": [_one("u4"), {"type": "none"}, _one("u1")],
                "timeRestriction": {
                    "type": "weekday-and-time-of-day",
                    "restrictions": [
                        {
                            "startDay": "friday",
                            "startHour": 18,
                            "startMin": 0,
                            "endDay": "monday",
                            "endHour": 8,
                            "endMin": 30,
                        }
                    ],
                },
            },
        ],
    },
    {
        "id": "s2",
        "name": "US office",
        "description": "",
        "timezone": "America/New_York",
        "enabled": True,
        "rotations": [
            {
                "id": "o4",
                "name": "Office",
                "startDate": "2026-01-05T14:00:00Z",
                "type": "weekly",
                "length": 2,
                "participants": [_one("u4"), {"type": "team", "id": "t1", "name": "Platform"}],
                "timeRestriction": {
                    "type": "weekday-and-time-of-day",
                    "restrictions": [
                        {
                            "startDay": day,
                            "startHour": 9,
                            "startMin": 0,
                            "endDay": day,
                            "endHour": 17,
                            "endMin": 30,
                        }
                        for day in DAYS[:5]
                    ],
                },
            }
        ],
    },
    {"id": "s3", "name": "Old", "timezone": "UTC", "enabled": False, "rotations": []},
]
OVERRIDES = {
    "s1": [
        {
            "alias": "over-1",
            "user": _one("u4"),
            "startDate": "2026-03-28T21:00:00Z",
            "endDate": "2026-03-29T12:00:00Z",
            "rotations": [{"id": "o1", "name": "Weekly"}],
        },
        {
            "alias": "over-2",
            "user": _one("u2"),
            "startDate": "2026-04-01T10:00:00Z",
            "endDate": "2026-04-01T18:00:00Z",
            "rotations": [{"id": id_} for id_ in ("o1", "o2", "o3")],
        },
    ]
}
FORWARDING = [
    {
        "id": "f1",
        "alias": "holiday",
        "fromUser": {"id": "u3", "username": "cy@example.com"},
        "toUser": {"id": "u2", "username": "bo@example.com"},
        "startDate": "2026-04-06T00:00:00Z",
        "endDate": "2026-04-12T00:00:00Z",
    }
]


def _rule(
    minutes: int,
    recipient: dict[str, str],
    notify: str = "default",
    condition: str = "if-not-acked",
) -> dict[str, Any]:
    return {
        "condition": condition,
        "notifyType": notify,
        "delay": {"timeAmount": minutes, "timeUnit": "minutes"},
        "recipient": recipient,
    }


_SCHEDULE = {"type": "schedule", "id": "s1", "name": "Primary"}
_TEAM = {"type": "team", "id": "t1", "name": "Platform"}
ESCALATIONS = [
    {
        "id": "e1",
        "name": "Platform escalation",
        "description": "",
        "ownerTeam": {"id": "t1", "name": "Platform"},
        "rules": [
            _rule(0, _SCHEDULE),
            _rule(5, _SCHEDULE, "next"),
            _rule(12, _one("u1"), condition="if-not-closed"),
            _rule(20, _TEAM, "admins"),
            _rule(20, _one("u4")),
            _rule(30, _TEAM, "random"),
            _rule(45, _TEAM, "all"),
        ],
        "repeat": {
            "waitInterval": 10,
            "count": 2,
            "resetRecipientStates": True,
            "closeAlertAfterAll": True,
        },
    },
    {
        "id": "e2",
        "name": "Late",
        "rules": [
            _rule(5, {"type": "user", "id": "gone", "username": "gone@x.example"}),
            _rule(7, _one("u2")),
        ],
    },
]
SERVICES = [{"id": "v1", "name": "Web shop", "teamId": "t1", "description": ""}]
INTEGRATIONS = [{"id": "i1", "name": "nagios", "type": "API", "enabled": True, "apiKey": "s3cr3t"}]


def opsgenie() -> Vendor:
    """Serve an account whose lists come in pages of three."""
    return Vendor(_answer, f"GenieKey {KEY}")


def _answer(path: str, query: Query, url: str) -> Any:
    if path == "/v2/account":
        return {"data": {"name": "Example Shop", "userCount": 4}, "took": 0.1}
    if found := re.fullmatch(r"/v2/teams/(\w+)", path):
        team = next(one for one in TEAMS if one["id"] == found[1])
        return {"data": {**team, "members": MEMBERS.get(found[1], [])}, "took": 0.1}
    if found := re.fullmatch(r"/v2/schedules/(\w+)/timeline", path):
        return {"data": _timeline(found[1], moment(query["date"])), "took": 0.1}
    if path == "/v2/heartbeats":
        return {"data": {"heartbeats": [{"name": "nightly", "interval": 1}]}, "took": 0.1}
    listed = _listed(path)
    return None if listed is None else _page(listed, query, url)


def _listed(path: str) -> list[Any] | None:
    known: dict[str, list[Any]] = {
        "/v2/users": USERS,
        "/v2/teams": TEAMS,
        "/v2/schedules": SCHEDULES,
        "/v2/escalations": ESCALATIONS,
        "/v2/forwarding-rules": FORWARDING,
        "/v1/services": SERVICES,
        "/v2/integrations": INTEGRATIONS,
        "/v2/policies/alert": [],
        "/v1/maintenance": [{"id": "m1", "description": "update"}],
    }
    if path in known:
        return known[path]
    return _of_one(path.split("/")[2:])


def _of_one(parts: list[str]) -> list[Any] | None:
    match parts:
        case ["users", id_, "contacts"]:
            return CONTACTS.get(id_, [])
        case ["users", id_, "notification-rules"]:
            return [{k: v for k, v in r.items() if k != "steps"} for r in RULES.get(id_, [])]
        case ["users", id_, "notification-rules", rule, "steps"]:
            return next(one["steps"] for one in RULES[id_] if one["id"] == rule)
        case ["teams", id_, "routing-rules"]:
            return ROUTING.get(id_, [])
        case ["schedules", id_, "overrides"]:
            return OVERRIDES.get(id_, [])
        case _:
            return None


def _page(listed: list[Any], query: Query, url: str) -> Any:
    offset = int(query.get("offset", "0"))
    paging = {"first": f"{url}?limit={PAGE}&offset=0"}
    if offset + PAGE < len(listed):
        paging["next"] = f"{url}?limit={PAGE}&offset={offset + PAGE}"
    return {"data": listed[offset : offset + PAGE], "paging": paging, "took": 0.1}


@cache
def _timeline(id_: str, start: datetime) -> Any:
    end = start + timedelta(days=30)
    schedule = next(one for one in SCHEDULES if one["id"] == id_)
    return {
        "_parent": {"id": id_, "name": schedule["name"], "enabled": True},
        "startDate": iso(start),
        "endDate": iso(end),
        "finalTimeline": {
            "rotations": [
                {
                    "id": r["id"],
                    "name": r["name"],
                    "order": 1.0,
                    "periods": _periods(id_, r, start, end),
                }
                for r in schedule["rotations"]
            ]
        },
    }


def _periods(id_: str, rotation: dict[str, Any], start: datetime, end: datetime) -> list[Any]:
    schedule = next(one for one in SCHEDULES if one["id"] == id_)
    zone = ZoneInfo(schedule["timezone"])
    return [
        {
            "startDate": iso(begins),
            "endDate": iso(ends),
            "type": "default",
            "recipient": {"type": "user", "id": one, "name": f"{NAMES[one]}@example.com"},
        }
        for begins, ends, people in stretches(partial(on_call, id_, rotation, zone), start, end)
        for one in sorted(people)
    ]


def on_call(id_: str, rotation: dict[str, Any], zone: ZoneInfo, at: datetime) -> frozenset[str]:
    """Say who of a rotation is on call, by the documents: turn, restriction, override, forward."""
    people: set[str] = set()
    if _covers(rotation, zone, at):
        people = _whose_turn(rotation, zone, at)
        for override in OVERRIDES.get(id_, []):
            limited = {one["id"] for one in override["rotations"]}
            if moment(override["startDate"]) <= at < moment(override["endDate"]):
                people = {override["user"]["id"]} if rotation["id"] in limited else people
    for rule in FORWARDING:
        if moment(rule["startDate"]) <= at < moment(rule["endDate"]):
            taker, giver = rule["toUser"]["id"], rule["fromUser"]["id"]
            people = {taker if one == giver else one for one in people}
    return frozenset(people)


def _whose_turn(rotation: dict[str, Any], zone: ZoneInfo, at: datetime) -> set[str]:
    first = moment(rotation["startDate"]).astimezone(zone).replace(tzinfo=None)
    now = at.astimezone(zone).replace(tzinfo=None)
    hours = {"hourly": 1, "daily": 24, "weekly": 168}[rotation["type"]] * rotation["length"]
    number = int((now - first).total_seconds() // (hours * 3600))
    one = rotation["participants"][number % len(rotation["participants"])]
    if one["type"] == "team":
        return {member["user"]["id"] for member in MEMBERS[one["id"]]}
    return {one["id"]} if one["type"] == "user" else set()


def _covers(rotation: dict[str, Any], zone: ZoneInfo, at: datetime) -> bool:
    ends = rotation.get("endDate")
    if at < moment(rotation["startDate"]) or (ends and at >= moment(ends)):
        return False
    restriction = rotation.get("timeRestriction")
    if not restriction:
        return True
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    if restriction["type"] == "time-of-day":
        one = restriction["restriction"]
        start, end = (one[f"{n}Hour"] * 60 + one[f"{n}Min"] for n in ("start", "end"))
        return start <= minute < end if start < end else minute >= start or minute < end
    of_week = local.weekday() * 1440 + minute
    for one in restriction["restrictions"]:
        start, end = (
            DAYS.index(one[f"{n}Day"]) * 1440 + one[f"{n}Hour"] * 60 + one[f"{n}Min"]
            for n in ("start", "end")
        )
        if (start <= of_week < end) if start < end else (of_week >= start or of_week < end):
            return True
    return False
